// SPDX-License-Identifier: Apache-2.0
//
// The layout of the contract on 64-bit machines, as the compiler must find it. A field may be appended
// below the others; a line that has to be changed for it breaks plugins that exist.
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
DIB_FIRST_LAYOUT(dib_host, open_target_file, DIB_HOST_FIRST_SIZE);
DIB_LAYOUT(dib_host, install_packages, 80, 8);
DIB_LAYOUT(dib_host, disk_layout, 88, 8);
DIB_LAYOUT(dib_host, set_disk_layout, 96, 8);
DIB_LAYOUT(dib_host, add_to_ramdisk, 104, 8);
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
