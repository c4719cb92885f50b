#!/bin/sh
# pre-image.sh ROOT FOLDER: prepares ROOT for the layout of genimage.cfg.in, and writes FOLDER/genimage.cfg.
# rpi-image-gen calls it in this folder with its IGconf_image_* variables; so does ../../virtual/build.
set -eu
root=$1
folder=$2

# No shorter wait for a device than systemd's own 90 s: a slow start must not be taken for a lost partition.
cat > "$root/etc/fstab" <<'FSTAB'
LABEL=ROOT  /               ext4  ro,noatime                           0 0
LABEL=BOOT  /boot/firmware  vfat  rw,noatime,errors=remount-ro,nofail  0 2
LABEL=DATA  /data           ext4  rw,noatime,errors=remount-ro,nofail  0 2
FSTAB
mkdir -p "$root/boot/firmware" "$root/data"

# Each folder that is kept moves to the data partition and is mounted over its old place. The box also starts when that
# partition is lost: the mount is skipped then, and the box keeps its settings in memory until the next power cut.
wanted=$root/etc/systemd/system/local-fs.target.wants
mkdir -p "$wanted"
for list in "$root"/etc/rpi-image-gen/slot-shared.d/*.conf; do
   sed -n 's/^Path=//p' "$list" | while read -r path; do
      [ ! -e "$root/data$path" ] || continue  # named by two lists
      mkdir -p "$root$path"
      (cd "$root" && cp -a --parents ".$path" data/)
      unit=$(systemd-escape --path --suffix=mount "$path")
      cat > "$root/etc/systemd/system/$unit" <<UNIT
[Unit]
Description=$path, which outlives a boot
ConditionPathIsMountPoint=/data
Wants=data.mount
After=data.mount
Before=local-fs.target

[Mount]
What=/data$path
Where=$path
Type=none
Options=bind
UNIT
      ln -sf "../$unit" "$wanted/$unit"
   done
done

if [ -f "$root/boot/firmware/cmdline.txt" ]; then
   # Without "ro": overlayroot would carry it over to the memory that it puts over the root.
   sed -i -e 's/root=[^ ]*/root=LABEL=ROOT/' -e 's/^ro \| ro$//; s/ ro / /g' "$root/boot/firmware/cmdline.txt"
fi

sed -e "s|<IMAGE_NAME>|$IGconf_image_name|g" \
   -e "s|<IMAGE_SUFFIX>|$IGconf_image_suffix|g" \
   -e "s|<BOOT_SIZE>|$IGconf_image_boot_part_size|g" \
   -e "s|<ROOT_SIZE>|$IGconf_image_root_part_size|g" \
   -e "s|<DATA_SIZE>|$IGconf_image_data_part_size|g" \
   genimage.cfg.in > "$folder/genimage.cfg"
