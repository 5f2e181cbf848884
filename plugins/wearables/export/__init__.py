"""An athlete's own data export (a ZIP of CSV files) as a source beside the API.

archive   opens the ZIP, or refuses it           columns, headers   what the four files hold, in which languages
table     a CSV file becomes typed rows          rows               a typed row becomes a record
account   is it the chosen athlete's?            survey             which questions the team may see
inbox     the drop folder                        validate, stage    the steps; transform and check are the pull's
"""
