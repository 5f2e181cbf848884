"""Header rows: matched by name in several languages, otherwise by position, and rejected if ambiguous."""

import pytest

from tests.whoop_export.steps import CYCLES_HEADER, JOURNAL_HEADER, SLEEPS_HEADER, WORKOUTS_HEADER
from wearables.core.errors import ExportRejected
from wearables.whoop_export.columns import CYCLES, FILES, JOURNAL, SLEEPS, WORKOUTS
from wearables.whoop_export.headers import read_header

# Copied verbatim from accounts in these languages, including a misspelling of WHOOP's.
GERMAN = (
    "Startzeit des Zyklus,Endzeit des Zyklus,Zeitzone des Zyklus,Startzeit des Trainings,Endzeit des Trainings,"
    "Dauer (Min.),Name der Aktivität,Aktivitätsbelastung,Verbrannte Energie (cal),Max HF (Schläge pro Minute),"
    "Durchschnittliche HF (Schläge pro Minute),HF-Zone 1 %,HF-Zone 2 %,HF-Zone 3 %,HF-Zone 4 %,HF-Zone 5 %,"
    "GPS aktiviert"
)
SPANISH = (
    "Hora de inicio del ciclo,Hora de finalización del ciclo,Zona horaria del ciclo,Puntuación de recuperación (%),"
    "Frecuencia cardíaca en reposo (lpm),Variabilidad de la frecuencia cardíaca (ms),"
    "Temp. cutánea (grados centígrados),Oxígeno en sangre %,Esfuerzo del día,Energía quemada (cal),FC máx. (lpm),"
    "FC promedio (lpm),Inicio del sueño,Inicio de la vigilia,Calificación del sueño (%),Frecuencia respiratoria (rpm),"
    "Duración del sueño (min),Tiempo en la cama (min),Duración de sueño ligero (min),"
    "Duración de sueño profundo (SWS) (min),Duración de sueño REM (min),Tempo despierto/a (min),Sueño necesario (min),"
    "Deuda de sueño (min),Eficiencia del sueño %,Regularidad del sueño %"
)
FRENCH_SLEEPS = (
    "Heure de début du cycle,Heure de fin du cycle,Fuseau horaire du cycle,Premiers signes de sommeil,"
    "Premiers signes de réveil,Performance Sommeil %,Fréquence respiratoire (tr/min),Durée du sommeil (min),"
    "Temps passé au lit (min),Durée du sommeil léger (min),Durée du sommeil profond (min),"
    "Durée du sommeil paradoxal (min),Temps d\u2019éveil (min),Besoins en sommeil (min),Dette de sommeil (min),"
    "Efficacité du sommeil\u00a0%,Régularité du sommeil %,Sieste"
)
PORTUGUESE_JOURNAL = (
    "Hora de início do ciclo,Hora de fim do ciclo,Fuso horário do ciclo,Texto de pergunta,Respondeu sim,Notas"
)
WITH_GPS = f"{WORKOUTS_HEADER},Distance (meters),Altitude gain (meters),Altitude change (meters)"


@pytest.mark.parametrize(
    ("header", "file"),
    [
        (CYCLES_HEADER, CYCLES),
        (SLEEPS_HEADER, SLEEPS),
        (WORKOUTS_HEADER, WORKOUTS),
        (WITH_GPS, WORKOUTS),
        (JOURNAL_HEADER, JOURNAL),
        (GERMAN, WORKOUTS),
        (SPANISH, CYCLES),
        (FRENCH_SLEEPS, SLEEPS),
        (PORTUGUESE_JOURNAL, JOURNAL),
    ],
)
def test_a_header_in_a_known_language_is_matched_by_name(header: str, file: object) -> None:
    found = read_header(header.split(","), "any.csv")
    assert found.file is file
    assert found.is_matched_by_name
    assert found.columns == found.file.columns[: len(header.split(","))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_header_in_an_unknown_language_is_identified_by_its_width(file: object) -> None:
    for width in file.widths:  # type: ignore[attr-defined]
        found = read_header([f"kolumna {number}" for number in range(width)], "any.csv")
        assert (found.file, found.is_matched_by_name) == (file, False)
        assert found.columns == file.columns[:width]  # type: ignore[attr-defined]


def test_an_unknown_name_in_a_known_language_is_matched_by_position() -> None:
    cells = GERMAN.replace("GPS aktiviert", "GPS an").split(",")
    found = read_header(cells, "Trainings.csv")
    assert (found.file, found.is_matched_by_name) == (WORKOUTS, False)


def test_known_columns_in_another_order_are_matched_by_name() -> None:
    cells = CYCLES_HEADER.split(",")
    found = read_header(cells[::-1], "any.csv")
    assert found.columns == CYCLES.columns[::-1]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (f"{CYCLES_HEADER},VO2 max", r"unknown columns at position 27\. "),
        (CYCLES_HEADER.replace("Day Strain", "Strain of the week"), r"unknown columns at position 9\. "),
        (CYCLES_HEADER.replace("Day Strain,", ""), r"missing columns: day_strain\. "),
        (CYCLES_HEADER.replace("Day Strain", "Sleep onset"), "missing or repeated column"),
        (WITH_GPS.replace(",Altitude change (meters)", ""), "columns"),
        (
            SPANISH.replace("Esfuerzo del día", "FC máx. (lpm)", 1).replace("Sueño necesario", "Otro"),
            "unexpected order",
        ),
        ("a,b,c", "not one of WHOOP's four files"),
        ("", "not one of WHOOP's four files"),
    ],
)
def test_an_ambiguous_header_is_rejected_without_repeating_it(header: str, reason: str) -> None:
    with pytest.raises(ExportRejected, match=reason) as error:
        read_header(header.split(","), "CSV file 1 of the ZIP")
    assert "VO2 max" not in str(error.value)
    assert "Strain of the week" not in str(error.value)
