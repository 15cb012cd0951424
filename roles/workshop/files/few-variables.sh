#!/bin/sh
# usage: sh -c "$(cat few-variables.sh)" sh COMMAND…
# Runs a command with few of the environment's variables: the way to the network, the language, and what set-up itself
# says (workshop_as_participant).
for name in $(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p'); do
  case $name in
    HOME | SHELL | USER | LOGNAME | PATH | TERM | LANG | LC_* | *_proxy | *_PROXY) ;;
    WORKSHOP_* | OPENBLAS_NUM_THREADS) ;;
    *) unset "$name" ;;
  esac
done
exec "$@"
