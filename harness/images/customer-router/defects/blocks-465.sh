
# Defect: submission on 465 is blocked, without a word.
#
# How it happens: 465 was once assigned to something else, and only 587 made it to the list of exceptions.
#
# Should be noticed by: OP25-003.
port_465() { drop 465; }
