// SPDX-License-Identifier: Apache-2.0

import CFFI
import Glibc
import LinuxSystem
import SystemPackage
import Wire

/// A plain C function and its arguments, ready to be called once through libffi.
///
/// Nothing can tell whether the function really has the type that the manifest gives it. Where it does not, it gets
/// rubbish, and what it does then it does to this process: the builder sees a crash, or an error, of one hook.
///
/// What is made here stays until the end of the process: libffi keeps pointers to all of it, and the function may.
struct ForeignFunction {
    private let call: FunctionCall
    private let address: UnsafeMutableRawPointer
    private let services: HookServices
    private let interface: ForeignInterface
    /// A pointer to each argument's value.
    private let values: UnsafeMutablePointer<UnsafeMutableRawPointer?>

    init(
        _ call: FunctionCall, at address: UnsafeMutableRawPointer, _ services: HookServices
    ) throws {
        self.call = call
        self.address = address
        self.services = services
        let arguments = try call.arguments.flatMap { try Self.values(of: $0, services) }
        interface = try ForeignInterface(
            arguments.map(\.type), result: call.result.map(Self.type) ?? cffi_void())
        values = .allocate(capacity: arguments.count)
        for (index, argument) in arguments.enumerated() {
            // Of a type narrower than 64 bits libffi reads the first bytes: those that count, on a little-endian
            // machine, and dibhost runs on no other.
            let slot = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
            slot.initialize(to: argument.bits.littleEndian)
            (values + index).initialize(to: UnsafeMutableRawPointer(slot))
        }
    }

    /// Calls the function.
    ///
    /// - Throws: What the function said with host.fail, else its result when that is not 0, with errno.
    func run() throws {
        var result: ffi_arg = 0
        let number = cffi_call(interface.pointer, address, &result, values)
        let code = call.result.map { Self.code(UInt64(result), $0) } ?? 0
        if let failure = services.failure {
            throw WorkerFailure(
                .hook, failure.message ?? "the function '\(call.symbol)' fails without saying why",
                hint: failure.hint, code: Int32(clamping: code))
        }
        guard code != 0 else { return }
        var text = "the function '\(call.symbol)' returned \(code)"
        if number != 0 { text += ": \(Errno(rawValue: number)) (errno \(number))" }
        throw WorkerFailure(.hook, text)
    }

    /// The number that a function returned: libffi widens what is narrower than a register, and what the upper bits
    /// hold then depends on the machine.
    private static func code(_ word: UInt64, _ type: FunctionCall.Integer) -> Int128 {
        switch type {
        case .int8: Int128(Int8(truncatingIfNeeded: word))
        case .int16: Int128(Int16(truncatingIfNeeded: word))
        case .int32: Int128(Int32(truncatingIfNeeded: word))
        case .int64: Int128(Int64(truncatingIfNeeded: word))
        case .uint8: Int128(UInt8(truncatingIfNeeded: word))
        case .uint16: Int128(UInt16(truncatingIfNeeded: word))
        case .uint32: Int128(UInt32(truncatingIfNeeded: word))
        case .uint64: Int128(word)
        }
    }

    private static func type(_ integer: FunctionCall.Integer) -> UnsafeMutablePointer<ffi_type>? {
        switch integer {
        case .int8: cffi_i8()
        case .int16: cffi_i16()
        case .int32: cffi_i32()
        case .int64: cffi_i64()
        case .uint8: cffi_u8()
        case .uint16: cffi_u16()
        case .uint32: cffi_u32()
        case .uint64: cffi_u64()
        }
    }
}

// MARK: - Arguments

extension ForeignFunction {
    /// An argument as C knows it: its type, and its value in the lowest bits.
    private struct Value {
        var type: UnsafeMutablePointer<ffi_type>?
        var bits: UInt64

        init(_ type: UnsafeMutablePointer<ffi_type>?, _ bits: UInt64) {
            self.type = type
            self.bits = bits
        }

        init(_ pointer: UnsafeMutableRawPointer?) {
            self.init(cffi_pointer(), UInt64(UInt(bitPattern: pointer)))
        }
    }

    private static func values(
        of argument: FunctionCall.Argument, _ services: HookServices
    ) throws -> [Value] {
        switch argument {
        case .integer(let type, let bits): [Value(Self.type(type), bits)]
        case .float(let number): [Value(cffi_f32(), UInt64(number.bitPattern))]
        case .double(let number): [Value(cffi_f64(), number.bitPattern)]
        case .boolean(let truth): [Value(cffi_u8(), truth ? 1 : 0)]
        case .text(let text): [Value(text.flatMap { copy($0) })]
        case .bytes(let text):
            [Value(text.flatMap { copy($0) }), Value(cffi_u64(), UInt64(text?.utf8.count ?? 0))]
        case .tree: [Value(cffi_i32(), UInt64(UInt32(bitPattern: try treeDescriptor(services))))]
        case .service(let name): [Value(try ServiceFunction.pointer(to: name, services))]
        }
    }

    /// The text with a NUL behind it; NUL bytes within it stay.
    private static func copy(_ text: String) -> UnsafeMutableRawPointer? {
        let bytes = Array(text.utf8)
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 16)
        copy.copyBytes(from: bytes)
        copy[bytes.count] = 0
        return copy.baseAddress
    }

    /// A descriptor that the function may close: the services keep theirs.
    private static func treeDescriptor(_ services: HookServices) throws -> Int32 {
        let tree = FileDescriptor(rawValue: WorkOrder.Descriptor.tree)
        guard services.order.hasTree else {
            throw WorkerFailure(.worker, "there is no target tree in this phase")
        }
        do {
            let copy = try tree.duplicate()
            try ThisProcess.closeOnExec(copy)
            return copy.rawValue
        } catch {
            throw WorkerFailure(.worker, "cannot copy the descriptor of the target tree: \(error)")
        }
    }
}
