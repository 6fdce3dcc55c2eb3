#!/bin/bash
# Runs OpenSMTPD in the foreground, with its log on standard error.
exec smtpd -d
