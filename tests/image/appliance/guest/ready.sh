# Runs in the guest as /boot/firmware/guest/run: waits until the box is READY, and tells what the machine looks like.
until systemctl is-active --quiet dragoman.service; do sleep 1; done
say() { echo "GUEST $*"; }
say ready "$(systemctl show -P ActiveEnterTimestampMonotonic dragoman.service)"
say root "$(findmnt -no FSTYPE /)" lower "$(findmnt -no OPTIONS /media/root-ro | cut -d, -f1)"
say data "$(findmnt -no SOURCE,FSTYPE /data)"
for path in $(sed -n 's/^Path=//p' /etc/rpi-image-gen/slot-shared.d/dragoman.conf); do
    say kept "$path" "$(findmnt -no FSTYPE "$path")"
done
say failed "$(systemctl list-units --failed --plain --no-legend | cut -d' ' -f1 | tr '\n' ' ')"
for table in tcp tcp6; do say "$table" "$(sed 1d /proc/net/$table | while read -r _ local _ state _; do
    [ "$state" != 0A ] || echo "$local"; done | tr '\n' ' ')"; done
say passwords "$(cut -d: -f2 /etc/shadow | grep -c '^\$')"
say told
