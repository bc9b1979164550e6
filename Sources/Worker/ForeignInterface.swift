// SPDX-License-Identifier: Apache-2.0

import CFFI
import Wire

/// libffi's description of a function's type (ffi_cif), which lives until the end of the process.
struct ForeignInterface {
    let pointer: UnsafeMutablePointer<ffi_cif>

    /// Prepares a function that takes `arguments` and returns `result`.
    init(
        _ arguments: [UnsafeMutablePointer<ffi_type>?], result: UnsafeMutablePointer<ffi_type>?
    ) throws {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: ffi_cif())
        let types = UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>.allocate(
            capacity: arguments.count)
        for (index, type) in arguments.enumerated() { (types + index).initialize(to: type) }
        let status = cffi_prepare(pointer, UInt32(arguments.count), result, types)
        guard status == 0 else {
            throw WorkerFailure(.worker, "libffi refuses the function's type: status \(status)")
        }
    }
}
