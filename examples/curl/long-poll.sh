#!/bin/sh
# Waits up to two seconds for something new: for clients that can't keep a stream open.
set -eu
hub=${TIDINGS_HUB:-http://127.0.0.1:8080}
curl -fsS "$hub/v1/notifications?after=latest&wait=2s"
echo
