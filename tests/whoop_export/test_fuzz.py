"""Damaged and hostile files are rejected in one sentence or read completely: no crash, no partial import."""

import contextlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.whoop_export.steps import CYCLE_ROW, CYCLES_HEADER, JOURNAL_HEADER, SLEEP_ROW, Importer, files, pack
from wearables.core.errors import ExportRejected
from wearables.core.slug import slug
from wearables.whoop_export.rows import records
from wearables.whoop_export.table import tables

WHOLE = pack(files(physiological_cycles="\n".join([CYCLES_HEADER, *[CYCLE_ROW] * 200, ""])))
LISTED = {slug("Have any caffeine?"): "Have any caffeine?"}
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MUTATION = st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
# Characters that break parsers: quotes, delimiters, line ends, byte order marks, controls, other scripts.
SPECIAL = st.text(alphabet=st.sampled_from(list('",;\t\r\n\ufeff\x00\x1f\x85\u2028é٣😀 =-+@:/.0129aZ')), max_size=40)


def read(packed: bytes, folder: Path) -> dict[str, int] | None:
    """Return the number of records by file, or None if the export is rejected."""
    path = folder / "fuzz.zip"
    path.write_bytes(packed)
    try:
        with tables(path) as found:
            return {
                table.file.name: sum(len(each.line(1)) > 0 for each in records(table, LISTED) if each)
                for table in found.values()
            }
    except ExportRejected as reason:
        assert "\n" not in str(reason)
        return None


@FUZZ
@given(st.lists(MUTATION, min_size=1, max_size=8))
def test_a_zip_with_changed_bytes_is_read_whole_or_rejected(tmp_path: Path, mutations: list[tuple[int, int]]) -> None:
    packed = bytearray(WHOLE)
    for place, byte in mutations:
        packed[place] = byte
    found = read(bytes(packed), tmp_path)
    # A changed name, date or attribute goes unnoticed, because no checksum covers it.
    assert found is None or set(found.values()) <= {200, 1}


@FUZZ
@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.binary(max_size=30))
def test_a_zip_with_replaced_bytes_is_read_or_rejected(tmp_path: Path, start: int, end: int, piece: bytes) -> None:
    read(WHOLE[:start] + piece + WHOLE[end:], tmp_path)


@FUZZ
@given(st.sampled_from(sorted(files())), st.integers(0, 700), st.integers(0, 5), SPECIAL)
def test_a_csv_with_inserted_special_characters_is_read_or_rejected(
    tmp_path: Path, name: str, place: int, gone: int, text: str
) -> None:
    made = files()
    original = str(made[name])
    place = min(place, len(original))
    made[name] = (original[:place] + text + original[place + gone :]).encode("utf-8", "surrogatepass")
    read(pack(made), tmp_path)


@FUZZ
@given(st.sampled_from(sorted(files())), st.binary(max_size=200))
def test_a_csv_of_arbitrary_bytes_is_read_or_rejected(tmp_path: Path, name: str, content: bytes) -> None:
    read(pack(files() | {name: content}), tmp_path)


@FUZZ
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_question_and_note_is_read_or_rejected(tmp_path: Path, question: str, note: str) -> None:
    import csv

    text = io.StringIO()
    csv.writer(text).writerow([*SLEEP_ROW.split(",")[:3], question, "true", note])
    content = f"{JOURNAL_HEADER}\n{text.getvalue()}".encode("utf-8", "replace")
    found = read(pack(files(journal_entries=content)), tmp_path)
    assert found is None or found["journal_entries.csv"] in {0, 1}


def test_a_file_that_is_cut_off_in_its_last_row_leaves_nothing_behind(make_importer: Callable[..., Importer]) -> None:
    importer = make_importer(athletes=1, days=1)
    broken = files(
        journal_entries=f"{JOURNAL_HEADER}\n" + f"{','.join(SLEEP_ROW.split(',')[:3])},A?,true,\n" * 500 + '"'
    )
    with pytest.raises(ExportRejected):
        importer.run(pack(broken))
    for relation in ("raw.records", "ops.runs", "ops.slices", "analytics.metrics"):
        assert importer.team.rows(f"select 1 from {relation}") == []


@FUZZ
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_rejected(tmp_path: Path, content: bytes) -> None:
    assert read(content, tmp_path) is None
    with contextlib.suppress(zipfile.BadZipFile):
        assert read(b"PK\x03\x04" + content, tmp_path) is None
