"""An athlete's own data export (a ZIP of CSV files) as a source beside the API.

archive                      opens the ZIP, or refuses it
columns, headers, languages  what the four files hold, and what their columns are called
table, cells                 a CSV file becomes typed rows
rows, sense                  a typed row becomes a record, if it makes sense
consent, account             may it be taken, and is it the chosen athlete's?
survey, slug                 which questions the team may see
inbox, request               the drop folder, and what a run is about
validate, stage, tasks       the steps; transform and check are the pull's
"""
