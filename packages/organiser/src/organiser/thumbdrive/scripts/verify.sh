#!/bin/sh
# Is this stick whole? Needs nothing but what every Linux and macOS has: sh verify.sh
cd "$(dirname "$0")" || exit 1

if command -v sha256sum >/dev/null 2>&1; then
  hash_of() { sha256sum <"$1" 2>/dev/null | cut -d' ' -f1; }
elif command -v shasum >/dev/null 2>&1; then
  hash_of() { shasum -a 256 <"$1" 2>/dev/null | cut -d' ' -f1; }
else
  echo "This computer has neither sha256sum nor shasum; try another one."
  exit 1
fi

if [ ! -f SHA256SUMS ]; then
  echo "This stick has no list of its files (SHA256SUMS). It was not written to its end: ask for another."
  exit 1
fi

files=0
bad=0
# The list is read by descriptor 3, so that what runs in the loop cannot eat it.
while IFS= read -r line <&3; do
  wanted=${line%%  *}
  name=${line#*  }
  files=$((files + 1))
  [ -t 1 ] && printf '\r%d files looked at' "$files"
  if [ ! -f "$name" ]; then
    [ -t 1 ] && printf '\r'
    echo "MISSING  $name"
    bad=$((bad + 1))
  elif [ "$(hash_of "$name")" != "$wanted" ]; then
    [ -t 1 ] && printf '\r'
    echo "DAMAGED  $name"
    bad=$((bad + 1))
  fi
done 3<SHA256SUMS
[ -t 1 ] && printf '\r'

if [ -f SHA256SUMS.sig ] && command -v ssh-keygen >/dev/null 2>&1; then
  if signed=$(ssh-keygen -Y check-novalidate -n workshop-thumbdrive -s SHA256SUMS.sig <SHA256SUMS 2>/dev/null); then
    echo "Signed with ${signed##* with }. Is it the one that the organiser names?"
  else
    echo "WRONG    the signature: the list of files is not the one that was signed"
    bad=$((bad + 1))
  fi
fi

if [ "$bad" = 0 ]; then
  echo "All $files files are right."
else
  echo "$bad of $files files are not right. Ask the organiser for another stick."
  exit 1
fi
