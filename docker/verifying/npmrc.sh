# Sourced by docker/verify: npm settings for the build. They are passed as a secret, so that no layer contains them.

# Prints the registry that npm uses here, and the additional certificates that this system trusts.
npmrc() {
  printf 'registry=%s\n' "$(npm config get registry 2>/dev/null)"
  local file
  for file in /usr/local/share/ca-certificates/*.crt; do
    [ -s "$file" ] || continue
    awk '/BEGIN CERTIFICATE/ { inside = 1; text = "" }
         inside { text = text $0 "\\n" }
         /END CERTIFICATE/ { inside = 0; print "ca[]=\"" text "\"" }' "$file"
  done
}
