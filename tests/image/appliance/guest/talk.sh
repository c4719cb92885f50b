# Goes on from ready.sh: somebody speaks into the loopback card, and what the box says there is recorded.
systemd-socket-activate -l 127.0.0.1:9443 /usr/lib/systemd/systemd-socket-proxyd 10.0.2.2:PORT &
arecord -q -D plughw:Loopback,1,1 -f S16_LE -r 24000 -c 1 /run/heard.raw -t raw &
recorder=$!
journal=/run/dragoman/journal.jsonl
until grep -q '"state": "ready"' $journal; do sleep 1; done
say line ready
for try in $(seq 20); do
    aplay -q -D plughw:Loopback,0,0 /boot/firmware/guest/speech.wav && break
    for sub in 0 1; do say busy "$try" "$sub" "$(grep -E 'owner|closed' /proc/asound/Loopback/pcm0p/sub$sub/status)"; done
    sleep 1
done
say spoken to
for _ in $(seq 120); do
    [ "$(grep -c '"what": "spoken"' $journal)" -lt SENTENCES ] || break
    sleep 1
done
sleep 3
kill $recorder
grep -E '"what": "(subtitle|spoken|turn)"' $journal | grep -vE '"final": false' | while read -r row; do say row "$row"; done
say heard "$(/usr/bin/python3 -c "
import array
samples = array.array('h', open('/run/heard.raw', 'rb').read())
blocks = [max(map(abs, samples[at:at + 240])) for at in range(0, len(samples) - 240, 240)]
print(len(samples) / 24000, sum(level > 300 for level in blocks) / 100, max(blocks, default=0))
")"
say heard-all
