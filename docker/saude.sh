#!/bin/bash
# What asks a container whether it is well, for a few thousandths of a second of CPU; exit code 0 means yes.
#   saude batimento SEGUNDOS              the heartbeat of a worker or of beat is at most so old
#   saude http PORTA CAMINHO CODIGO...    a page answers with one of these codes within five seconds
set -eu
case "$1" in
  batimento)
    [[ -n "$(find "$ESTEIRA_CONTAINER__HEARTBEAT_FILE" -newermt "-$2 seconds")" ]]
    ;;
  http)
    exec 3<>"/dev/tcp/127.0.0.1/$2"
    printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$3" >&3
    read -r -t 5 _ code _ <&3
    [[ " ${*:4} " == *" $code "* ]]
    ;;
  *)
    exit 2
    ;;
esac
