// SPDX-License-Identifier: Apache-2.0
//
// The layout and the numbers of the contract on 64-bit machines, as the compiler must find them. They are frozen: a field
// or number may be appended below the others; a line that has to be changed for it breaks plugins that exist, such as
// those of Tests/FrozenPlugins.
#include "dib_element.h"

#include <assert.h>
#include <stddef.h>

#define DIB_LAYOUT(type, field, offset, bytes)                                         \
    static_assert(offsetof(type, field) == (offset), #type "." #field " has moved");      \
    static_assert(sizeof(((type *)0)->field) == (bytes), #type "." #field " changed its size")

/// The first layout ends with `field`.
#define DIB_FIRST_LAYOUT(type, field, size)                                              \
    static_assert(offsetof(type, field) + sizeof(((type *)0)->field) == (size),            \
                  "the first layout of " #type " has changed")

static_assert(sizeof(void *) == 8, "the contract is laid out for 64-bit machines");

DIB_LAYOUT(dib_run_result, size, 0, 4);
DIB_LAYOUT(dib_run_result, status, 4, 4);
DIB_LAYOUT(dib_run_result, signal, 8, 4);
DIB_LAYOUT(dib_run_result, output, 16, 8);
DIB_LAYOUT(dib_run_result, output_length, 24, 8);
DIB_FIRST_LAYOUT(dib_run_result, output_length, DIB_RUN_RESULT_FIRST_SIZE);
static_assert(sizeof(dib_run_result) == 32, "the size of dib_run_result has changed");

DIB_LAYOUT(dib_host, size, 0, 4);
DIB_LAYOUT(dib_host, abi, 4, 4);
DIB_LAYOUT(dib_host, state, 8, 8);
DIB_LAYOUT(dib_host, log, 16, 8);
DIB_LAYOUT(dib_host, progress, 24, 8);
DIB_LAYOUT(dib_host, parameter, 32, 8);
DIB_LAYOUT(dib_host, value, 40, 8);
DIB_LAYOUT(dib_host, publish, 48, 8);
DIB_LAYOUT(dib_host, run, 56, 8);
DIB_LAYOUT(dib_host, open_user_file, 64, 8);
DIB_LAYOUT(dib_host, open_target_file, 72, 8);
DIB_LAYOUT(dib_host, install_packages, 80, 8);
DIB_LAYOUT(dib_host, disk_layout, 88, 8);
DIB_LAYOUT(dib_host, set_disk_layout, 96, 8);
DIB_LAYOUT(dib_host, add_to_ramdisk, 104, 8);
DIB_FIRST_LAYOUT(dib_host, add_to_ramdisk, DIB_HOST_FIRST_SIZE);
static_assert(sizeof(dib_host) == 112, "the size of dib_host has changed");

DIB_LAYOUT(dib_error, size, 0, 4);
DIB_LAYOUT(dib_error, code, 4, 4);
DIB_LAYOUT(dib_error, message, 8, 8);
DIB_LAYOUT(dib_error, hint, 16, 8);
DIB_FIRST_LAYOUT(dib_error, hint, DIB_ERROR_FIRST_SIZE);
static_assert(sizeof(dib_error) == 24, "the size of dib_error has changed");

DIB_LAYOUT(dib_hook, size, 0, 4);
DIB_LAYOUT(dib_hook, phase, 4, 4);
DIB_LAYOUT(dib_hook, run, 8, 8);
DIB_FIRST_LAYOUT(dib_hook, run, DIB_HOOK_FIRST_SIZE);
static_assert(sizeof(dib_hook) == 16, "the size of dib_hook has changed");

DIB_LAYOUT(dib_element, size, 0, 4);
DIB_LAYOUT(dib_element, abi, 4, 4);
DIB_LAYOUT(dib_element, name, 8, 8);
DIB_LAYOUT(dib_element, create, 16, 8);
DIB_LAYOUT(dib_element, hook_count, 24, 4);
DIB_LAYOUT(dib_element, hook_stride, 28, 4);
DIB_LAYOUT(dib_element, hooks, 32, 8);
DIB_FIRST_LAYOUT(dib_element, hooks, DIB_ELEMENT_FIRST_SIZE);
DIB_LAYOUT(dib_element, destroy, 40, 8);
static_assert(sizeof(dib_element) == 48, "the size of dib_element has changed");

#define DIB_NUMBER(name, number) static_assert((name) == (number), #name " has another number")

DIB_NUMBER(DIB_ABI, 1);
static_assert(__builtin_strcmp(DIB_ENTRY_SYMBOL, "dib_element_v1") == 0, "the entry has another name");
static_assert(__builtin_strcmp(DIB_MANIFEST_SECTION, ".dib.manifest") == 0, "the section has another name");

DIB_NUMBER(DIB_HOST_FIRST_SIZE, 112);
DIB_NUMBER(DIB_RUN_RESULT_FIRST_SIZE, 32);
DIB_NUMBER(DIB_ERROR_FIRST_SIZE, 24);
DIB_NUMBER(DIB_HOOK_FIRST_SIZE, 16);
DIB_NUMBER(DIB_ELEMENT_FIRST_SIZE, 40);

DIB_NUMBER(DIB_PHASE_ROOT, 1);
DIB_NUMBER(DIB_PHASE_EXTRA_DATA, 2);
DIB_NUMBER(DIB_PHASE_PRE_INSTALL, 3);
DIB_NUMBER(DIB_PHASE_INSTALL, 4);
DIB_NUMBER(DIB_PHASE_POST_INSTALL, 5);
DIB_NUMBER(DIB_PHASE_POST_ROOT, 6);
DIB_NUMBER(DIB_PHASE_RAMDISK, 7);
DIB_NUMBER(DIB_PHASE_BLOCK_DEVICE, 8);
DIB_NUMBER(DIB_PHASE_PRE_FINALISE, 9);
DIB_NUMBER(DIB_PHASE_FINALISE, 10);
DIB_NUMBER(DIB_PHASE_CLEANUP, 11);
DIB_NUMBER(DIB_PHASE_CHECK, 12);

DIB_NUMBER(DIB_LOG_DEBUG, 0);
DIB_NUMBER(DIB_LOG_INFO, 1);
DIB_NUMBER(DIB_LOG_WARNING, 2);
DIB_NUMBER(DIB_LOG_ERROR, 3);

DIB_NUMBER(DIB_RUN_CAPTURE, 1);
DIB_NUMBER(DIB_RUN_AS_USER, 2);

DIB_NUMBER(DIB_RAMDISK_MODULE, 1);
DIB_NUMBER(DIB_RAMDISK_FIRMWARE, 2);
DIB_NUMBER(DIB_RAMDISK_PROGRAM, 3);
DIB_NUMBER(DIB_RAMDISK_FILE, 4);
DIB_NUMBER(DIB_RAMDISK_INIT_FRAGMENT, 5);
DIB_NUMBER(DIB_RAMDISK_UDEV_RULES, 6);
DIB_NUMBER(DIB_RAMDISK_BASE, 7);
