#!/bin/sh
# Stands in for certbot where no certificate authority can be reached: it signs by itself, and has
# the machine trust that.
set -eu
while [ "$1" != --domain ]; do shift; done
folder=/etc/letsencrypt/live/$2
mkdir -p "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$2" -addext "subjectAltName=DNS:$2" \
    -keyout "$folder/privkey.pem" -out "$folder/fullchain.pem" 2>/dev/null 2>&1
cp "$folder/fullchain.pem" /usr/local/share/ca-certificates/drill.crt
update-ca-certificates >/dev/null 2>&1
