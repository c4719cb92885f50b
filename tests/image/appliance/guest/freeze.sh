# The kernel hangs for good: it panics, and is told not to restart by itself.
until systemctl is-active --quiet dragoman.service; do sleep 1; done
echo 0 > /proc/sys/kernel/panic
echo "GUEST watchdog $(cat /sys/class/watchdog/watchdog0/identity) $(cat /sys/class/watchdog/watchdog0/timeout) $(cat /sys/class/watchdog/watchdog0/state)"
echo "GUEST freezes"
sleep 1
echo c > /proc/sysrq-trigger
