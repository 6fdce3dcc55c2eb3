#!/bin/bash
# Runs Haraka in the foreground, with its log on standard output.
exec haraka -c /srv/haraka
