#!/bin/bash
# Runs Exim in the foreground. Its log, which daemons of another user write, goes to standard output.
install -d -o Debian-exim -g adm -m 2750 /var/log/exim4
touch /var/log/exim4/{main,reject,panic}log
chown Debian-exim:adm /var/log/exim4/*log
tail -q -n 0 -F /var/log/exim4/mainlog /var/log/exim4/paniclog &
exec exim4 -bdf -q1m
