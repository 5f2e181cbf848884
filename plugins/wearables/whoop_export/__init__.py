"""An athlete's own data export (a ZIP of CSV files) as a second source beside the API.

inbox, request               the drop folder, and the files that a run imports
archive                      fetch the ZIP and open it safely
columns, headers, languages  the columns of the four files, and their names in each account language
table, cells                 parse a CSV file into typed rows
rows, consistency            turn rows into records, and check that their numbers agree
enrolment_check, ownership   check that the athlete is enrolled and that the export is theirs
validate, stage, tasks       the steps of the DAG; transform and check are shared with the API

Errors name the file as WHOOP does, the line and the column. They never repeat a cell, a header or a file name from the
export, because those may contain health data or an athlete's name.
"""
