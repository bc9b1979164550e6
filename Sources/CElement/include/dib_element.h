// SPDX-License-Identifier: Apache-2.0
//
// The contract between dibhost and a native element: one C table in each direction.
//
// Reading order: what a plugin is; the life of its process; the rules; then from top to bottom the
// manifest, the phases, what the host offers (dib_host), how a hook fails (dib_error), what the
// plugin offers (dib_hook, dib_element) and the one function that it exports (dib_element_v1).
//
// What a plugin is
//   A shared library with two things in it: manifest.json in an ELF section (DIB_MANIFEST), which
//   says what the element is and is read without running any code, and one exported function,
//   dib_element_v1, which leads to the code. The phases of both must be the same. (A phase for which
//   the manifest names a plain C function needs neither this header nor a place in the table.)
//
// The life of its process
//   Each hook runs in a fresh process, dibhost-worker, as root:
//     1. dlopen, outside the chroot. Constructors run here; they should do nothing.
//     2. dib_element_v1(host): the plugin returns its table; the host checks it.
//     3. In-chroot phases: the worker makes the target tree its root folder.
//     4. dib_element.create, then the one hook's dib_hook.run, then dib_element.destroy.
//     5. The process ends, without exit handlers and destructors of the library.
//   What one hook keeps in memory the next one does not see: hand it on with dib_host.publish.
//
// The rules
//   Size     Every struct begins with `size`, the sizeof as its writer knew it. Fields are only
//            appended. A reader uses a field only when the writer's size covers it: plugins ask with
//            DIB_HAS, the host reads what a shorter struct lacks as NULL or 0 and passes over what a
//            longer one has more. A different `abi` is refused, a different size is not.
//   Text     NUL-terminated UTF-8; bytes that are none are replaced.
//   Pointers A pointer given to a call is the caller's and lives until the call returns, unless
//            "Owner" says otherwise. Both sides copy what they want to keep.
//   Errors   A call that can fail returns an errno value (open calls: a negative one). A hook
//            returns a number and fills dib_error. No exception and no longjmp crosses a call.
//   Escape   A hook returns. A plugin that calls exit or _exit has failed, whatever the status.
//
// How each call is described
//   Phases     those in which it works; "all" are the phases of dib_phase.
//   Side       of the chroot on which it runs: "in", "out", or "both".
//   Thread     "hook": the worker's main thread, on which the host calls the plugin. A plugin may
//              have other threads; they may not call the host, and end with the process.
//   Blocks     "no": returns at once, or when dibhost has read what was said before. "files": as
//              long as the file system takes. "program": until a program has ended. "work": as long
//              as the plugin's work takes.
//   Cancelled  how the call sees that the user cancels the build or the hook's deadline (parameter
//              "deadline") passes. "ends": not at all, it does not return. A cancelled build sends
//              SIGTERM to the worker and the programs it runs, and SIGKILL three seconds later; a
//              passed deadline is SIGKILL at once. Nothing needs to be handled: mounts, processes
//              and temporary files of the build are undone by the kernel and by dibhost.
//   Unit       of each number and text; "-": there is none.
//   Owner      of each pointer that goes in or comes out, and until when; "-": there is none.
//   Returns    what it says.
#ifndef DIB_ELEMENT_H
#define DIB_ELEMENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of this contract. It is frozen: structs, numbers and meanings stay as they are, and what
/// comes is appended. Another number means a contract that plugins of this one do not meet.
#define DIB_ABI 1

/// The name of the one symbol that a plugin exports.
#define DIB_ENTRY_SYMBOL "dib_element_v1"

/// Whether the writer of a struct knew `field`: `table` is a pointer to any struct of this header,
/// and is evaluated more than once. Every function of dib_host that its size covers is there.
///
///     if (DIB_HAS(host, add_to_ramdisk)) host->add_to_ramdisk(host->state, item, name, text);
#define DIB_HAS(table, field) \
    (DIB_ADDRESS(&(table)->field + 1) - DIB_ADDRESS(table) <= (table)->size)

#ifdef __cplusplus
#define DIB_ADDRESS(pointer) reinterpret_cast<uintptr_t>(pointer)
#else
#define DIB_ADDRESS(pointer) ((uintptr_t)(pointer))
#endif

/// The sizes of the layouts with which this contract was frozen, in bytes on 64-bit machines: no host's
/// table is shorter, and whatever is appended later, a plugin's table with this size is taken.
#define DIB_HOST_FIRST_SIZE 112
#define DIB_RUN_RESULT_FIRST_SIZE 32
#define DIB_ERROR_FIRST_SIZE 24
#define DIB_HOOK_FIRST_SIZE 16
#define DIB_ELEMENT_FIRST_SIZE 40

// ---- The manifest -------------------------------------------------------------------------------
//
// The bytes of manifest.json in a section of the ELF file, so that dibhost lists, checks and plans
// with a plugin without running any of its code. They survive optimisation, --gc-sections and strip.
// Choose one way; a second manifest in one library is an error of the linker or a broken manifest.

/// The ELF section that holds the bytes of manifest.json.
#define DIB_MANIFEST_SECTION ".dib.manifest"

/// Embeds a file; for every C and C++ compiler whose assembler has .incbin and the section flag R
/// (GNU binutils 2.36, clang 13), whether it knows #embed or not:
///
///     DIB_MANIFEST("manifest.json");
///
/// Stands once in one source file, outside of functions. The assembler looks for the file in the
/// folder in which the compiler was started, then in those given with -I (or -Wa,-I), not beside the
/// source file: `cc -I src/nic ... src/nic/nic.c` finds src/nic/manifest.json. With -flto, where the
/// assembler runs at the end and does not know the -I, compile this file with -fno-lto. The manifest
/// is no dependency that `cc -MD` writes down.
#define DIB_MANIFEST(file)                                           \
    __asm__(".pushsection " DIB_MANIFEST_SECTION ",\"aR\",%progbits\n" \
            ".globl dib_manifest\n"                                  \
            ".hidden dib_manifest\n"                                 \
            "dib_manifest:\n"                                        \
            ".incbin \"" file "\"\n"                                 \
            ".popsection")

/// For compilers with #embed (C23: gcc 15, clang 19). A macro cannot expand to a directive, so that
/// it stands between these two words. The compiler looks for the file beside the source file first,
/// and writes it down as a dependency:
///
///     DIB_MANIFEST_BEGIN
///     #embed "manifest.json"
///     DIB_MANIFEST_END
#define DIB_MANIFEST_BEGIN \
    __attribute__((section(DIB_MANIFEST_SECTION), used, retain)) static const unsigned char dib_manifest[] = {
#define DIB_MANIFEST_END };

// For everything else, a library that is finished already for example:
//
//     objcopy --add-section .dib.manifest=manifest.json
//             --set-section-flags .dib.manifest=noload,readonly nic.so
//
// (on one line). Such a section is not loaded into memory: the `strip` of GNU binutils keeps it, those
// of LLVM and elfutils do not, so strip first.

// ---- Phases -------------------------------------------------------------------------------------

/// The moments of a build, in their order but for the last one. In: the hook runs with the target tree as its root
/// folder; out: on the build host.
typedef enum dib_phase {
    DIB_PHASE_ROOT = 1,          // out: makes the first contents of the tree
    DIB_PHASE_EXTRA_DATA = 2,    // out: brings files of the build host into the build
    DIB_PHASE_PRE_INSTALL = 3,   // in: prepares for the packages
    DIB_PHASE_INSTALL = 4,       // in: installs and configures
    DIB_PHASE_POST_INSTALL = 5,  // in: works on what all elements installed
    DIB_PHASE_POST_ROOT = 6,     // out: changes the finished tree
    DIB_PHASE_RAMDISK = 7,       // out: on the finished tree, when a ramdisk is made of it; adds to the ramdisk
    DIB_PHASE_BLOCK_DEVICE = 8,  // out: before the disk is made; may change its layout
    DIB_PHASE_PRE_FINALISE = 9,  // out: works on the tree before finalise
    DIB_PHASE_FINALISE = 10,     // in: the last changes to the tree
    DIB_PHASE_CLEANUP = 11,      // out: removes what must not be in the image
    DIB_PHASE_CHECK = 12,        // out: first of all: looks at parameters and layout, touches nothing
} dib_phase;

// ---- What the host offers -----------------------------------------------------------------------

/// How much a line of the log matters. A number that the host does not know is taken as INFO.
typedef enum dib_log_level {
    DIB_LOG_DEBUG = 0,    // shown on request
    DIB_LOG_INFO = 1,     // shown in the log
    DIB_LOG_WARNING = 2,  // shown in the log and in the report
    DIB_LOG_ERROR = 3,    // shown like a failure; the hook itself fails only by what it returns
} dib_log_level;

/// How `run` treats the program it starts; may be combined with |. A bit that the host does not know
/// is EINVAL.
typedef enum dib_run_flag {
    /// Collect standard output for the caller instead of streaming it into the build's log.
    DIB_RUN_CAPTURE = 1,
    /// Run as the user who called dibhost, with that user's groups and home folder, instead of as
    /// root. Phases outside the chroot; EPERM inside.
    DIB_RUN_AS_USER = 2,
} dib_run_flag;

/// What became of a program. Owner of the struct: plugin.
typedef struct dib_run_result {
    /// Set by the plugin to its own sizeof(dib_run_result) before the call: the host fills only what
    /// it covers.
    uint32_t size;
    /// The exit status, 0-255; -1 when a signal ended the program.
    int32_t status;
    /// The number of the signal that ended the program, else 0.
    int32_t signal;
    /// With DIB_RUN_CAPTURE: standard output, followed by a NUL that `output_length` does not count;
    /// else NULL. Owner: host, until the next call of `run` or `install_packages`.
    const char *output;
    /// In bytes.
    uint64_t output_length;
} dib_run_result;

// The values of a build, for `value`:
//
//   target.root              "/" in the chroot; outside of it the tree's path on the build host, for
//                            elements with the privilege raw-host-path alone
//   build.architecture       what is built for, by Debian's name, such as "amd64"
//   build.image-name         the image's name without folder and suffix
//   build.offline            "true" when nothing may be downloaded that the cache holds, or "false"
//   build.packages           the packages of the base transaction by their real names, one a line
//   build.trace-level        how many -x the user gave
//   build.root-label         the label of the root file system
//   build.root-file-system   its type, such as "ext4"
//   build.boot-label         the label of the file system that is mounted at /boot; none when /boot
//                            lies on the root file system
//   build.boot-file-system   its type
//   build.file-systems       the types of all file systems, swap among them, separated by commas
//   build.partition-table    "mbr", "gpt" or "none"
//   build.volume-manager     what divides partitions into volumes: "lvm" or "none"
//   build.encryption         how a part of the disk is encrypted: "luks" or "none"
//   build.efi-mount-point    where the EFI system partition is mounted; none without one
//   build.firmware           what the disk is to boot by: "bios", "efi", "both" or "none"
//   build.source-date-epoch  the time that stands for the time of the build, in seconds since 1970: new files
//                            should carry it. Programs that hooks run find it as SOURCE_DATE_EPOCH
//   cache.folder             the folder for what is kept between builds; outside the chroot
//   scratch.folder           a folder that is removed with the build; outside the chroot
//   user.name                the name of the user who called dibhost
//   user.home                that user's home folder
//   user.id                  that user's number
//   user.group               the number of that user's group
//   distribution             what is built, such as "debian": DISTRO_NAME

/// What `add_to_ramdisk` adds. All names are of the target tree, from which the ramdisk is made.
typedef enum dib_ramdisk_item {
    /// A kernel module by its name, with the modules that it needs and the firmware that is there for them. `init`
    /// loads it when it starts; one that is built into the kernel is there already.
    DIB_RAMDISK_MODULE = 1,
    /// Files of firmware: a path below /lib/firmware in which '*' stands for any characters but '/'.
    DIB_RAMDISK_FIRMWARE = 2,
    /// A program, by its path or by a name that is looked up in /usr/sbin, /usr/bin, /sbin and /bin, with the
    /// shared libraries and the interpreter that it needs.
    DIB_RAMDISK_PROGRAM = 3,
    /// A path: the file or link with what it leads to, or the folder with all that is in it. With a text a new file of
    /// that path instead, with mode 0644, or 0755 when the text begins with "#!".
    DIB_RAMDISK_FILE = 4,
    /// A part of `init`: a file name such as "80-deploy" and its text for a POSIX shell, run in the order of names.
    DIB_RAMDISK_INIT_FRAGMENT = 5,
    /// Rules for udev: a file name such as "81-cards.rules" and its text.
    DIB_RAMDISK_UDEV_RULES = 6,
    /// What all else is laid on, by a name that the host knows: "dracut", the initramfs that the tree's own dracut
    /// makes, whose /init stays in charge when nobody adds another one.
    DIB_RAMDISK_BASE = 7,
} dib_ramdisk_item;

// The disk layout, for `disk_layout` and `set_disk_layout`, is a block-device configuration as shell
// elements have it, in graph notation. What the host hands out is YAML and JSON at once, a list of maps
// with one key; what it takes may be any YAML. Every value is a string, but for the two lists:
//
//     [
//     {"local_loop": {"name": "image0", "block_size": "512"}},
//     {"partitioning": {"name": "table", "base": "image0", "label": "gpt", "align": "1048576",
//      "partitions": [{"name": "root", "type": "8300", "size": "100%", "flags": ["boot"]}]}},
//     {"mkfs": {"name": "mkfs_root", "base": "root", "type": "ext4", "label": "cloudimg-rootfs"}},
//     {"mount": {"name": "mount_root", "base": "mkfs_root", "mount_point": "/"}},
//     {"fstab": {"name": "fstab_root", "base": "mount_root", "options": "defaults",
//      "dump-freq": "0", "fsck-passno": "1"}}
//     ]
//
//   local_loop    a disk; `size` in bytes, or none: as large as its contents need, but at most
//                 `max_size` in bytes; `block_size` in bytes, 512 or 4096; `directory`
//   partitioning  the table of the disk `base`; `label` "gpt" or "mbr"; `align` in bytes. Of each
//                 partition: `type`, for mbr "0x83", for gpt a GUID or a code of sgdisk; `flags` "boot"
//                 and, in an mbr, "primary", without which it is logical; `start` in bytes, or none: behind
//                 the one before it; `size` in bytes, a share of what is left such as "50%", "auto" for
//                 what its files need, "rest" for all that is left
//   mkfs          a file system on the disk or partition `base`; `type` ext2, ext3, ext4, xfs, btrfs,
//                 vfat or swap; `label`; `uuid`; `opts`, words for its mkfs
//   mount         where the file system `base` is mounted, and its part of the tree with it
//   fstab         the line of /etc/fstab for the mount `base`
//
// Names are unique. A later host may have more keys and nodes: keep those that you do not know.

/// The host's services. Owner: host, until the end of the process. They may be called from `create`,
/// `run` and `destroy`, not while dib_element_v1 itself runs. Every function takes `state` as its
/// first argument. Fields up to add_to_ramdisk are in every host; ask DIB_HAS for later ones.
typedef struct dib_host {
    uint32_t size;
    uint32_t abi;
    /// Means something to the host only. Owner: host, until the end of the process.
    void *state;

    /// Adds a line to the build's log. `level` is a dib_log_level.
    ///
    /// Phases: all. Side: both. Thread: hook. Blocks: no. Cancelled: ends.
    /// Unit: text, at most 1 MiB; what is longer is cut off. Owner: plugin.
    /// Returns: nothing; a NULL text is ignored.
    void (*log)(void *state, uint32_t level, const char *text);

    /// Tells how far the hook is.
    ///
    /// Phases: all. Side: both. Thread: hook. Blocks: no. Cancelled: ends.
    /// Unit: the hook's own; `total` is 0 when it is unknown. Owner: -.
    /// Returns: nothing.
    void (*progress)(void *state, uint64_t done, uint64_t total);

    /// The value of one of the element's parameters, checked against the manifest.
    ///
    /// Phases: all. Side: both. Thread: hook. Blocks: no. Cancelled: ends.
    /// Unit: text: integers in decimal, sizes as bytes in decimal, booleans "true" or "false", lists
    /// with commas between.
    /// Owner: `name` plugin; the value host, until the end of the process.
    /// Returns: the value, or NULL when the parameter has neither value nor default, or is unknown.
    const char *(*parameter)(void *state, const char *name);

    /// A value of the build by its name, see the list above, or one that an earlier hook published.
    ///
    /// Phases: all. Side: both. Thread: hook. Blocks: no. Cancelled: ends.
    /// Unit: text. Owner: `name` plugin; the value host, until the end of the process.
    /// Returns: the value, or NULL when there is none of that name here.
    const char *(*value)(void *state, const char *name);

    /// Hands a value to later phases and to the report; it is kept when the hook succeeds. A name
    /// without dots belongs to the element alone, one with dots is seen by all elements.
    ///
    /// Phases: all. Side: both. Thread: hook. Blocks: no. Cancelled: ends, nothing is kept.
    /// Unit: text; the name 1 to 255 letters, digits, '-', '_' and '.', the value at most 1 MiB.
    /// Owner: plugin.
    /// Returns: 0; EINVAL for another name or a NULL; E2BIG for a longer value.
    int32_t (*publish)(void *state, const char *name, const char *value);

    /// Runs a program as root and waits for it. `arguments` is argv: first the program, as a path or
    /// a name that is looked up in PATH. `environment` are texts "NAME=value" on top of the phase's
    /// environment, or NULL. Both arrays end with NULL. `input` is what standard input holds, or
    /// NULL for nothing. `flags` are of dib_run_flag. What the program prints goes to the log.
    ///
    /// Phases: all. Side: both, the program runs on the hook's. Thread: hook. Blocks: program.
    /// Cancelled: ends, and the program with it.
    /// Unit: texts; `result` may be NULL. Owner: plugin; `result->output` host, until the next run.
    /// Returns: 0 when the program ran, whatever became of it; ENOENT when there is no such program
    /// or it cannot be executed; EINVAL without a program, for a text without '=' in `environment`,
    /// or for a flag that the host does not know; EPERM for a flag that does not go here; EIO when
    /// the host failed, and the log says why.
    int32_t (*run)(void *state, const char *const *arguments, const char *const *environment,
                   const char *input, uint32_t flags, dib_run_result *result);

    /// Opens a regular file of the user who called dibhost for reading, with that user's rights. A
    /// leading "~/" is that user's home folder.
    ///
    /// Phases: all but pre-install, install, post-install, finalise. Side: out. Thread: hook.
    /// Blocks: files. Cancelled: ends.
    /// Unit: an absolute path on the build host. Owner: `path` plugin; the descriptor plugin, until
    /// it closes it; it is close-on-exec.
    /// Returns: the descriptor, or a negative errno value; -EPERM in the chroot.
    int32_t (*open_user_file)(void *state, const char *path);

    /// Opens a file below the target tree: symbolic links are resolved as if the tree were the root,
    /// so that the result never lies outside of it. To make, rename or remove an entry open its
    /// folder with O_DIRECTORY and use the *at calls with a last component.
    ///
    /// Phases: all. Side: both. Thread: hook. Blocks: files. Cancelled: ends.
    /// Unit: a path in the tree, with or without a leading '/'; `flags` and `mode` are open(2)'s.
    /// Owner: `path` plugin; the descriptor plugin, until it closes it; it is close-on-exec.
    /// Returns: the descriptor, or a negative errno value.
    int32_t (*open_target_file)(void *state, const char *path, int32_t flags, uint32_t mode);

    /// Installs packages by the distribution's names, with the operating-system element's program
    /// install-packages. `names` ends with NULL. Packages that the manifest lists need no call: they
    /// are installed together with the base system, which is faster.
    ///
    /// Phases: pre-install, install, post-install, finalise. Side: in. Thread: hook.
    /// Blocks: program. Cancelled: ends, and the program with it.
    /// Unit: names of packages; `result` may be NULL. Owner: plugin.
    /// Returns: as `run`; ENOENT when no element brings install-packages; EPERM outside the chroot;
    /// 0 without running anything when there is no name.
    int32_t (*install_packages)(void *state, const char *const *names, dib_run_result *result);

    /// The disk layout as it stands: as planned, with what earlier hooks and this one changed. See the
    /// list of its keys above.
    ///
    /// Phases: check, block-device. Side: out. Thread: hook. Blocks: no. Cancelled: ends.
    /// Unit: text, a block-device configuration. Owner: host, until the end of the process.
    /// Returns: the layout, or NULL in every other phase.
    const char *(*disk_layout)(void *state);

    /// Replaces the disk layout. The last call of a hook counts, when the hook succeeds: the host
    /// checks the text then, like one that is read from a file, and fails the hook for one that cannot
    /// be built. The mount table, the boot loader, the values of later phases and the manifest follow
    /// the new layout.
    ///
    /// Phases: block-device. Side: out. Thread: hook. Blocks: no. Cancelled: ends, nothing is kept.
    /// Unit: text, a block-device configuration of at most 1 MiB. Owner: plugin.
    /// Returns: 0; EPERM in every other phase; EINVAL for NULL; E2BIG for a longer text.
    int32_t (*set_disk_layout)(void *state, const char *text);

    /// Adds to the ramdisk that is made of the tree. `item` is a dib_ramdisk_item. It counts when the hook succeeds;
    /// what is asked for twice is there once, and of two texts for one path the last one counts. What the tree does not
    /// have fails the build when the ramdisk is made, with the element's name.
    ///
    /// Phases: ramdisk. Side: out. Thread: hook. Blocks: no. Cancelled: ends, nothing is added.
    /// Unit: texts; the name at most 4096 bytes; `text` at most 1 MiB, or NULL for an item without one. Owner: plugin.
    /// Returns: 0; EPERM in every other phase; EINVAL for NULL, an unknown item, a name that is none, or a text that is
    /// missing or too many; E2BIG for a longer text.
    int32_t (*add_to_ramdisk)(void *state, uint32_t item, const char *name, const char *text);
} dib_host;

// ---- How a hook fails ---------------------------------------------------------------------------

/// Why `create` or a hook failed, as the user is told. Owner of the struct: host, for the call; of
/// the texts: plugin, until the end of the process (a literal, a static buffer, or allocated).
typedef struct dib_error {
    /// Set by the host to its own sizeof(dib_error) before the call: the plugin fills only what it
    /// covers, see DIB_ERROR_FIRST_SIZE.
    uint32_t size;
    /// The plugin's own number for the failure; 0 when it has none.
    int32_t code;
    /// Lower case, without a full stop, with the object in 'quotes'; NULL: only the number that was
    /// returned is shown.
    const char *message;
    /// What the user can do about it, in one sentence, or NULL.
    const char *hint;
} dib_error;

// ---- What the plugin offers ---------------------------------------------------------------------

/// One hook of the element. Owner: plugin, until the end of the process.
typedef struct dib_hook {
    uint32_t size;
    /// A dib_phase; at most one hook for each.
    uint32_t phase;

    /// Does the work of the phase on the object that `create` made. Called once, in a process of its
    /// own, after `create`.
    ///
    /// Phases: the hook's own. Side: the phase's. Thread: hook. Blocks: work. Cancelled: ends.
    /// Unit: -. Owner: `element` plugin; `error` host.
    /// Returns: 0, or another number after filling `error`.
    int32_t (*run)(void *element, dib_error *error);
} dib_hook;

/// What dib_element_v1 returns. Owner: plugin, until the end of the process. Fields up to `hooks` are
/// in every plugin.
typedef struct dib_element {
    uint32_t size;
    uint32_t abi;
    /// The element's name, equal to the manifest's, or NULL: only the manifest names it.
    const char *name;

    /// Makes the element from its parameters. Called once, before the hook.
    ///
    /// Phases: the hook's. Side: the phase's. Thread: hook. Blocks: work. Cancelled: ends.
    /// Unit: -. Owner: `host` host, until the end of the process; `*element` plugin, handed back to
    /// `run` and `destroy`, may be NULL; `error` host.
    /// Returns: 0, or another number after filling `error`.
    int32_t (*create)(const dib_host *host, void **element, dib_error *error);

    /// The number of hooks, at most 64.
    uint32_t hook_count;
    /// The distance in bytes from one hook to the next: the writer's sizeof(dib_hook).
    uint32_t hook_stride;
    /// The first hook. Owner: plugin, until the end of the process.
    const dib_hook *hooks;

    /// Gives back what `create` took, or NULL. Called once when `create` returned 0, after the hook,
    /// whether it failed or not; not when the hook crashed or was cancelled. Not in the first layout.
    ///
    /// Phases: the hook's. Side: the phase's. Thread: hook. Blocks: work. Cancelled: ends.
    /// Unit: -. Owner: `element` plugin, which takes it back.
    /// Returns: nothing.
    void (*destroy)(void *element);
} dib_element;

/// The type of dib_element_v1.
///
/// Phases: before the hook's. Side: out. Thread: hook. Blocks: no. Cancelled: ends.
/// Unit: -. Owner: `host` host, until the end of the process; the table plugin, likewise.
/// Returns: the table; NULL when the plugin refuses this host, of another `abi` for example.
typedef const dib_element *(*dib_entry)(const dib_host *host);

// Swift declares it where it defines it, with @c(dib_element_v1).
#ifndef __swift__
/// The one function that a plugin exports; with this declaration it is visible and has C linkage,
/// whatever the compiler's options and in C++ too.
__attribute__((visibility("default"))) const dib_element *dib_element_v1(const dib_host *host);
#endif

#ifdef __cplusplus
}
#endif
#endif
