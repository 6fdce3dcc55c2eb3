#!/bin/bash
# -bD stays in the foreground.
exec /usr/sbin/sendmail -bD -q15s
