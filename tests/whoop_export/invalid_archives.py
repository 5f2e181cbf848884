"""Archives that an import rejects, each with the reason."""

import io
import zipfile
from collections.abc import Callable

from tests.whoop_export.steps import (
    CYCLE_ROW,
    CYCLES_HEADER,
    JOURNAL_HEADER,
    JOURNAL_ROW,
    SLEEP_ROW,
    SLEEPS_HEADER,
    WORKOUTS_HEADER,
    files,
    pack,
)
from wearables.whoop_export.archive import MAX_ENTRIES

CELL = "2026-03-01 23:10:05"


def odd_zip(change: Callable[[zipfile.ZipFile], None]) -> bytes:
    packed = io.BytesIO(pack(files()))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        change(archive)
    return packed.getvalue()


def encrypted() -> bytes:
    packed = bytearray(pack(files()))
    # Set bit 0 of the flags, in the local header and in the central directory.
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = packed.find(mark)
        packed[place + offset] |= 1
    return bytes(packed)


def corrupt() -> bytes:
    packed = bytearray(pack(files()))
    for place in range(80, 120):
        packed[place] ^= 0xFF
    return bytes(packed)


def link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("link.csv")
    info.external_attr = 0o120777 << 16
    archive.writestr(info, "/etc/passwd")


ARCHIVES = {
    "no ZIP": (b"Cycle start time", r"not a ZIP\. Use the ZIP file exactly"),
    "nothing": (b"", "not a ZIP"),
    "cut short": (pack(files())[:-30], "not a ZIP"),
    "encrypted": (encrypted(), "encrypted"),
    "corrupt": (corrupt(), r"CSV file 1 of the ZIP is damaged\. Download"),
    "a bomb by ratio": (odd_zip(lambda archive: archive.writestr("bomb.csv", b"0" * 4_000_000)), "times its size"),
    "a bomb by number": (
        odd_zip(lambda archive: [archive.writestr(f"{each}.txt", "") for each in range(MAX_ENTRIES)] and None),
        "entries",
    ),
    "a path upwards": (odd_zip(lambda archive: archive.writestr("../evil.csv", "")), "leads out of it"),
    "an absolute path": (odd_zip(lambda archive: archive.writestr("/etc/evil.csv", "")), "leads out of it"),
    "a Windows path": (odd_zip(lambda archive: archive.writestr("..\\evil.csv", "")), "leads out of it"),
    "a drive letter": (odd_zip(lambda archive: archive.writestr("C:evil.csv", "")), "leads out of it"),
    "a link": (odd_zip(link), "leads out of it"),
    "another compression": (
        odd_zip(lambda archive: archive.writestr("x.csv", "x", compress_type=zipfile.ZIP_LZMA)),
        "unsupported compression",
    ),
    "a file name twice": (
        odd_zip(lambda archive: archive.writestr("again/sleeps.csv", f"{SLEEPS_HEADER}\n")),
        "CSV file 5 of the ZIP has the same name as CSV file 2 of the ZIP",
    ),
    "a second sleeps file": (
        odd_zip(lambda archive: archive.writestr("naps.csv", f"{SLEEPS_HEADER}\n")),
        r"CSV file 5 of the ZIP is a second sleeps\.csv",
    ),
    "an unknown file": (
        odd_zip(lambda archive: archive.writestr("vo2.csv", "a,b\n")),
        "CSV file 5 of the ZIP is not one of",
    ),
    "no cycles": (pack(files(physiological_cycles=None)), r"missing from the ZIP: physiological_cycles\.csv\. "),
    "no sleeps, no workouts": (
        pack(files(sleeps=None, workouts=None)),
        r"missing from the ZIP: sleeps\.csv, workouts\.csv\. ",
    ),
    "no rows": (
        pack({"physiological_cycles.csv": CYCLES_HEADER, "sleeps.csv": SLEEPS_HEADER, "workouts.csv": WORKOUTS_HEADER}),
        "empty",
    ),
    "UTF-16": (
        pack(files(sleeps=f"{SLEEPS_HEADER}\n".encode("utf-16"))),
        "CSV file 2 of the ZIP is not encoded in UTF-8",
    ),
    "Latin 1 further down": (
        pack(files(journal_entries=f"{JOURNAL_HEADER}\n{JOURNAL_ROW} caf\xe9\n".encode("latin-1"))),
        "CSV file 4 of the ZIP is not encoded in UTF-8",
    ),
    "an open quote": (pack(files(sleeps=f'{SLEEPS_HEADER}\n"{SLEEP_ROW}\n')), "sleeps.csv, line 2: not valid CSV"),
    "a quote in the header": (
        pack(files(sleeps=f'"Cycle"{SLEEPS_HEADER}\n{SLEEP_ROW}\n')),
        "CSV file 2 of the ZIP, line 1: not valid CSV",
    ),
    "a short row": (pack(files(sleeps=f"{SLEEPS_HEADER}\n{SLEEP_ROW[:-6]}\n")), "line 2: 17 columns instead of 18"),
    "a bad number": (
        pack(files(physiological_cycles=f"{CYCLES_HEADER}\n{CYCLE_ROW}\n{CYCLE_ROW.replace('66', 'sixty')}\n")),
        r"physiological_cycles.csv, line 3, column 4 \(recovery_score\): not a number",
    ),
    "a bad time": (
        pack(files(sleeps=f"{SLEEPS_HEADER}\n{SLEEP_ROW.replace('07:00:00', '7 am')}\n")),
        r"column 5 \(wake_onset\)",
    ),
    "a bad offset": (
        pack(files(sleeps=f"{SLEEPS_HEADER}\n{SLEEP_ROW.replace('UTC+01:00', 'GMT+1')}\n")),
        r"cycle_timezone\): not a UTC offset",
    ),
    "a sleep that ends before it starts": (
        pack(files(sleeps=f"{SLEEPS_HEADER}\n{SLEEP_ROW.replace('2026-03-02 07', '2026-03-01 07')}\n")),
        "before sleep_onset",
    ),
    "a sleep in another week": (
        pack(files(sleeps=f"{SLEEPS_HEADER}\n{SLEEP_ROW.replace('2026-03-02 07', '2026-03-09 07')}\n")),
        "three days after cycle_start_time",
    ),
    "an invalid answer to an unlisted question": (
        pack(files(journal_entries=f"{JOURNAL_HEADER}\n{JOURNAL_ROW.replace('true', 'maybe')}\n")),
        r"line 2, column 5 \(answered_yes\)",
    ),
    "contradictory values in an unknown language": (
        pack(
            files(
                sleeps=(
                    ",".join(f"kolumna {number}" for number in range(18))
                    + "\n"
                    + f"{SLEEP_ROW.replace('420', '2')}\n" * 9
                )
            )
        ),
        "values contradict each other",
    ),
}
