// SPDX-License-Identifier: Apache-2.0
//
// Plain C functions, without dibhost's header: manifest.json says when each is called, and with what. Every service of
// the host is a pointer that carries its context.
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#define FIRMWARE "acme/hba.bin"

typedef void fail_function(const char *message, const char *hint);

/// dib_ramdisk_item of dib_element.h.
enum { MODULE = 1, FIRMWARE_FILES = 2, INIT_FRAGMENT = 5 };
typedef int32_t add_function(uint32_t item, const char *name, const char *text);

/// The adapter's firmware, as a vendor would have it in a package.
static const char firmware[] = "acme hba firmware 1.0\n";

/// In the chroot: puts the firmware where the kernel looks for it.
int32_t hba_install(const char *root, fail_function *fail)
{
    static const char *const folders[] = {"usr/lib/firmware", "usr/lib/firmware/acme"};
    char path[4096];
    for (unsigned index = 0; index < 2; index++) {
        snprintf(path, sizeof path, "%s/%s", root, folders[index]);
        if (mkdir(path, 0755) != 0 && errno != EEXIST) return errno;
    }
    snprintf(path, sizeof path, "%s/usr/lib/firmware/" FIRMWARE, root);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fail("the adapter's firmware cannot be written", "Give the tree more space.");
        return errno;
    }
    int written = fputs(firmware, file);
    return fclose(file) != 0 || written < 0 ? EIO : 0;
}

/// What init does in a machine with the adapter: its volumes show up some time after its driver.
static const char fragment[] =
    "if ls -d /sys/bus/pci/drivers/%s/*:* >/dev/null 2>&1; then\n"
    "    read -r hba_firmware </lib/firmware/" FIRMWARE "\n"
    "    hba_waited=0\n"
    "    while [ \"$hba_waited\" -lt %" PRIu8 " ] && [ -z \"$(ls /sys/class/scsi_disk 2>/dev/null)\" ]; do\n"
    "        sleep 1\n"
    "        hba_waited=$((hba_waited + 1))\n"
    "    done\n"
    "    say \"$hba_firmware: volumes $(ls /sys/class/scsi_disk 2>/dev/null)\"\n"
    "fi\n";

/// Outside of the chroot, when a ramdisk is made: the driver, its firmware, and a part of init.
int32_t hba_ramdisk(const char *driver, uint8_t patience, add_function *add)
{
    char text[1024];
    if (snprintf(text, sizeof text, fragment, driver, patience) >= (int)sizeof text) return ENAMETOOLONG;
    int32_t error = add(MODULE, driver, NULL);
    if (error == 0) error = add(FIRMWARE_FILES, "acme/*", NULL);
    if (error == 0) error = add(INIT_FRAGMENT, "50-acme-hba", text);
    return error;
}
