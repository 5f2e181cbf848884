"""The columns of the four files in a data export."""

CYCLE = ["Cycle start time", "Cycle end time", "Cycle timezone"]
HEART = ["Energy burned (cal)", "Max HR (bpm)", "Average HR (bpm)"]
NIGHT = [
    "Sleep onset",
    "Wake onset",
    "Sleep performance %",
    "Respiratory rate (rpm)",
    "Asleep duration (min)",
    "In bed duration (min)",
    "Light sleep duration (min)",
    "Deep (SWS) duration (min)",
    "REM duration (min)",
    "Awake duration (min)",
    "Sleep need (min)",
    "Sleep debt (min)",
    "Sleep efficiency %",
    "Sleep consistency %",
]
RECOVERY = [
    "Recovery score %",
    "Resting heart rate (bpm)",
    "Heart rate variability (ms)",
    "Skin temp (celsius)",
    "Blood oxygen %",
]
WORKOUT = ["Workout start time", "Workout end time", "Duration (min)", "Activity name", "Activity Strain"]
ZONES = [f"HR Zone {number} %" for number in range(1, 6)]
GPS = ["Distance (meters)", "Altitude gain (meters)", "Altitude change (meters)"]
HEADERS = {
    "physiological_cycles.csv": [*CYCLE, *RECOVERY, "Day Strain", *HEART, *NIGHT],
    "sleeps.csv": [*CYCLE, *NIGHT, "Nap"],
    "workouts.csv": [*CYCLE, *WORKOUT, *HEART, *ZONES, "GPS enabled", *GPS],
    "journal_entries.csv": [*CYCLE, "Question text", "Answered yes", "Notes"],
}
