// SPDX-License-Identifier: Apache-2.0
//
// The contract between dibhost and a native element: one C table in each direction.
//
// A plugin exports one function, dib_element_v1. dibhost-worker, a fresh process for every hook,
// loads the plugin, calls that function with its services (dib_host) and gets the plugin's table
// (dib_element) back. No Swift type, C++ object or exception ever crosses this boundary.
//
// Rules of evolution: every struct begins with its size as its writer knew it; fields are only
// appended; a reader uses a field only when the writer's size covers it. A different `abi` is
// refused, a different size is not. Strings are NUL-terminated UTF-8. Unless a comment says
// otherwise a pointer given to a call lives until that call returns.
//
// Threads: the host calls the plugin on one thread, the worker's main thread; the plugin calls the
// host's services on that same thread only.
#ifndef DIB_ELEMENT_H
#define DIB_ELEMENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of this contract. It stays 0, unfrozen, until ramdisk and block-device contexts have
/// used it.
#define DIB_ABI 0

/// The name of the one symbol that a plugin exports.
#define DIB_ENTRY_SYMBOL "dib_element_v1"

/// The ELF section that holds the bytes of manifest.json.
#define DIB_MANIFEST_SECTION ".dib.manifest"

/// Between these two words stands `#embed "manifest.json"`: the bytes that dibhost reads from the
/// ELF file, so that it lists, checks and plans with a plugin without running any of its code. (A
/// macro cannot expand to a directive.)
#define DIB_MANIFEST_BEGIN \
    __attribute__((section(DIB_MANIFEST_SECTION), used, retain)) static const unsigned char dib_manifest[] = {
#define DIB_MANIFEST_END };

/// The moments of a build, in their order. In: run inside the chroot; out: run outside it.
typedef enum dib_phase {
    DIB_PHASE_ROOT = 1,           // out
    DIB_PHASE_EXTRA_DATA = 2,     // out
    DIB_PHASE_PRE_INSTALL = 3,    // in
    DIB_PHASE_INSTALL = 4,        // in
    DIB_PHASE_POST_INSTALL = 5,   // in
    DIB_PHASE_POST_ROOT = 6,      // out
    DIB_PHASE_RAMDISK = 7,        // out
    DIB_PHASE_BLOCK_DEVICE = 8,   // out
    DIB_PHASE_PRE_FINALISE = 9,   // out
    DIB_PHASE_FINALISE = 10,      // in
    DIB_PHASE_CLEANUP = 11,       // out
} dib_phase;

typedef enum dib_log_level {
    DIB_LOG_DEBUG = 0,
    DIB_LOG_INFO = 1,
    DIB_LOG_WARNING = 2,
    DIB_LOG_ERROR = 3,
} dib_log_level;

/// How `run` treats the program it starts.
typedef enum dib_run_flag {
    /// Collect standard output for the caller instead of streaming it into the build's log.
    DIB_RUN_CAPTURE = 1,
    /// Run as the user who called dibhost, with that user's groups and home folder, instead of as
    /// root. Phases outside the chroot only; EPERM inside.
    DIB_RUN_AS_USER = 2,
} dib_run_flag;

/// What became of a program that `run` started.
typedef struct dib_run_result {
    /// Set by the plugin to its own sizeof(dib_run_result) before the call: the host fills only
    /// what it covers.
    uint32_t size;
    /// The exit status, 0-255; -1 when a signal ended the program.
    int32_t status;
    /// The signal that ended the program, else 0.
    int32_t signal;
    /// With DIB_RUN_CAPTURE: standard output, followed by a NUL that `output_length` does not
    /// count; else NULL. Owner: host, until the next call of any service or the end of the hook.
    const char *output;
    uint64_t output_length;
} dib_run_result;

/// The host's services. Owner: host, until the end of the process; callable from dib_element_v1's
/// caller, that is in `create` and in the hook's `run`, not while dib_element_v1 itself runs. Every
/// function takes `state` as its first argument. A return of 0 is success, else an errno value. How
/// cancellation is seen: not at all. A cancelled build, or a passed deadline, ends the worker and
/// its programs.
typedef struct dib_host {
    uint32_t size;
    uint32_t abi;
    void *state;

    /// Adds a line to the build's log. Does not block on the terminal.
    void (*log)(void *state, dib_log_level level, const char *text);

    /// Tells how far the hook is; `total` is 0 when unknown. Units are the hook's own.
    void (*progress)(void *state, uint64_t done, uint64_t total);

    /// The value of one of the element's parameters as text, or NULL when it has neither value nor
    /// default. Owner: host, until the hook ends. Booleans are "true" and "false".
    const char *(*parameter)(void *state, const char *name);

    /// A value of the build by its dotted name, such as "target.root" or "user.home" (the list is
    /// in ElementAPI's BuildValue), a value that an earlier hook published, or NULL. Owner: host,
    /// until the hook ends.
    const char *(*value)(void *state, const char *name);

    /// Hands a value to later phases and to the report. `name` consists of letters, digits, '-',
    /// '_' and '.', else EINVAL. A name without dots belongs to the element alone; one with dots is
    /// seen by all elements. Does not block. The value is kept only when the hook succeeds.
    int32_t (*publish)(void *state, const char *name, const char *value);

    /// Runs a program and waits for it: in an in-chroot phase inside the chroot, else on the build
    /// host, as root. Returns 0 when the program ran, whatever its exit status, else the errno
    /// value why it could not start. `arguments` (argv, with the program's name first; looked up in
    /// PATH) and `environment` ("NAME=value", added to the phase's environment) end with NULL;
    /// `environment` may be NULL. Standard input is `input` when that is not NULL, else empty.
    /// Blocks; a cancelled build ends the whole worker.
    int32_t (*run)(void *state, const char *const *arguments, const char *const *environment,
                   const char *input, uint32_t flags, dib_run_result *result);

    /// Opens a regular file of the user who called dibhost, with that user's rights, for reading. A
    /// leading "~/" is that user's home folder. Phases outside the chroot only; EPERM inside.
    /// Blocks only for the file system. Returns a close-on-exec descriptor owned by the plugin, or
    /// a negative errno value.
    int32_t (*open_user_file)(void *state, const char *path);

    /// Opens a file below the target tree; symbolic links are resolved as if the tree were the
    /// root, so that the result never lies outside of it. `flags` and `mode` are open(2)'s. To
    /// make, rename or remove an entry open its folder with O_DIRECTORY and use the *at calls with
    /// a last component. Blocks only for the file system. Returns a close-on-exec descriptor owned
    /// by the plugin, or a negative errno value.
    int32_t (*open_target_file)(void *state, const char *path, int32_t flags, uint32_t mode);
} dib_host;

/// Why a hook failed. Owner of the texts: plugin, until the end of the process.
typedef struct dib_error {
    /// Set by the host to its own sizeof(dib_error) before the call: the plugin fills only what it
    /// covers.
    uint32_t size;
    /// The plugin's own numbers; 0 when it has none.
    int32_t code;
    const char *message;
    /// What the user can do about it, or NULL.
    const char *hint;
} dib_error;

/// One hook of the element.
typedef struct dib_hook {
    uint32_t size;
    /// A dib_phase; at most one hook for each.
    uint32_t phase;
    /// Does the work of the phase. Returns 0, or another value after filling `error`. Called at
    /// most once.
    int32_t (*run)(void *element, dib_error *error);
} dib_hook;

/// What dib_element_v1 returns. Owner: plugin, until the process ends.
typedef struct dib_element {
    uint32_t size;
    uint32_t abi;
    /// The element's name, equal to the manifest's, or NULL: only the manifest names it.
    const char *name;
    /// Makes the element from its parameters. Returns 0 and stores the object that the hooks get,
    /// or another value after filling `error`.
    int32_t (*create)(const dib_host *host, void **element, dib_error *error);
    /// Number of hooks, and the distance in bytes from one to the next (the writer's
    /// sizeof(dib_hook)).
    uint32_t hook_count;
    uint32_t hook_stride;
    const dib_hook *hooks;
} dib_element;

/// The type of dib_element_v1. NULL means that the plugin refuses this host.
typedef const dib_element *(*dib_entry)(const dib_host *host);

#ifdef __cplusplus
}
#endif
#endif
