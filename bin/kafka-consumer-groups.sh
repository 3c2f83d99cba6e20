#!/usr/bin/env bash
# Kafka's script of this name, as far as runbooks go; see docs/command.md.
exec "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../millrace" kafka-consumer-groups "$@"
