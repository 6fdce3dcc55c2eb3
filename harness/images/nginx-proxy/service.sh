#!/bin/bash
# Begins when the servers behind it listen: what greets before would be a proxy to nowhere.
for port in 10025 10587 10143 10110; do
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.1; done
done
exec nginx -g 'daemon off;'
