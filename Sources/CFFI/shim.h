// SPDX-License-Identifier: Apache-2.0
//
// What Swift cannot reach of libffi: the addresses of its type descriptions, which are global variables, function pointers
// of unknown type, and errno around a call.
#pragma once
#include <errno.h>
#include <ffi.h>
#include <stddef.h>

static inline ffi_type *cffi_void(void) { return &ffi_type_void; }
static inline ffi_type *cffi_i8(void) { return &ffi_type_sint8; }
static inline ffi_type *cffi_i16(void) { return &ffi_type_sint16; }
static inline ffi_type *cffi_i32(void) { return &ffi_type_sint32; }
static inline ffi_type *cffi_i64(void) { return &ffi_type_sint64; }
static inline ffi_type *cffi_u8(void) { return &ffi_type_uint8; }
static inline ffi_type *cffi_u16(void) { return &ffi_type_uint16; }
static inline ffi_type *cffi_u32(void) { return &ffi_type_uint32; }
static inline ffi_type *cffi_u64(void) { return &ffi_type_uint64; }
static inline ffi_type *cffi_f32(void) { return &ffi_type_float; }
static inline ffi_type *cffi_f64(void) { return &ffi_type_double; }
static inline ffi_type *cffi_pointer(void) { return &ffi_type_pointer; }

/// ffi_prep_cif with this machine's calling convention: 0, or an ffi_status. `cif` and `types` must outlive every call.
static inline int cffi_prepare(ffi_cif *cif, unsigned int count, ffi_type *result, ffi_type **types)
{
    return ffi_prep_cif(cif, FFI_DEFAULT_ABI, count, result, types);
}

/// ffi_call, with errno 0 before it; returns errno as it is right after it. `result` has room for an ffi_arg: libffi widens
/// every integer that is narrower than a register.
static inline int cffi_call(ffi_cif *cif, void *function, ffi_arg *result, void **arguments)
{
    errno = 0;
    ffi_call(cif, FFI_FN(function), result, arguments);
    return errno;
}

/// A pointer to a function that calls `handler` with `context`; NULL when there is no executable memory for it. It is never
/// freed.
static inline void *cffi_closure(ffi_cif *cif, void (*handler)(ffi_cif *, void *, void **, void *), void *context)
{
    void *code = NULL;
    ffi_closure *closure = ffi_closure_alloc(sizeof(ffi_closure), &code);
    if (closure == NULL)
        return NULL;
    return ffi_prep_closure_loc(closure, cif, handler, context, code) == FFI_OK ? code : NULL;
}
