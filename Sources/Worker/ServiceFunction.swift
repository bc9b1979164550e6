// SPDX-License-Identifier: Apache-2.0

import CElement
import CFFI
import Glibc
import Wire

/// A service of the host as a plain pointer to a function: a closure of libffi that carries its context.
///
/// Each has the type that Planning's HostService gives it. libffi takes executable memory for its closures: a page that is
/// writable too where the kernel allows that, else (PR_SET_MDWE, SELinux) two views of one file in memory.
final class ServiceFunction {
    /// The arguments of a call, by their places.
    struct Arguments {
        let values: UnsafeMutablePointer<UnsafeMutableRawPointer?>?

        func number<Number: FixedWidthInteger>(_ index: Int, _ type: Number.Type) -> Number {
            values?[index]?.load(as: Number.self) ?? 0
        }

        /// The text at a pointer; nil for NULL.
        func text(_ index: Int) -> String? {
            values?[index]?.load(as: UnsafePointer<CChar>?.self).map { String(cString: $0) }
        }
    }

    private typealias FFIType = UnsafeMutablePointer<ffi_type>?

    /// What it does; returns its result in a register, which void functions leave out.
    private let body: (HookServices, Arguments) -> UInt64?
    private let arguments: [FFIType]
    private let result: FFIType
    private let services: HookServices

    private init(
        _ services: HookServices, _ arguments: [FFIType], result: FFIType = cffi_void(),
        body: @escaping (HookServices, Arguments) -> UInt64?
    ) {
        self.services = services
        self.arguments = arguments
        self.result = result
        self.body = body
    }

    /// A pointer to the service with this name; it can be called until the end of the process.
    static func pointer(
        to name: String, _ services: HookServices
    ) throws -> UnsafeMutableRawPointer {
        guard let function = named(name, services) else {
            throw WorkerFailure(
                .worker, "this worker has no service '\(name)'",
                hint: "Install dibhost and dibhost-worker from the same build.")
        }
        let interface = try ForeignInterface(function.arguments, result: function.result)
        let context = Unmanaged.passRetained(function).toOpaque()
        guard let code = cffi_closure(interface.pointer, called, context) else {
            throw WorkerFailure(
                .worker, "there is no memory for the function '\(name)'",
                hint: "Allow dibhost-worker to map memory that is executable.")
        }
        return code
    }

    fileprivate func call(_ arguments: Arguments, _ result: UnsafeMutableRawPointer?) {
        // The caller may report errno after it has logged something.
        let number = errno
        if let word = body(services, arguments) {
            result?.storeBytes(of: ffi_arg(word), as: ffi_arg.self)
        }
        errno = number
    }
}

/// What a closure of libffi calls.
private func called(
    _ interface: UnsafeMutablePointer<ffi_cif>?, _ result: UnsafeMutableRawPointer?,
    _ arguments: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ context: UnsafeMutableRawPointer?
) {
    guard let context else { return }
    Unmanaged<ServiceFunction>.fromOpaque(context).takeUnretainedValue()
        .call(.init(values: arguments), result)
}

// MARK: - The services

extension ServiceFunction {
    private static func named(_ name: String, _ services: HookServices) -> ServiceFunction? {
        let (text, number) = (cffi_pointer(), cffi_i32())
        return switch name {
        case "host.log":
            ServiceFunction(services, [number, text]) { services, call in
                let level = UInt32(bitPattern: call.number(0, Int32.self))
                if let text = call.text(1) { services.log(level: level, text) }
                return nil
            }
        case "host.progress":
            ServiceFunction(services, [cffi_u64(), cffi_u64()]) { services, call in
                services.progress(
                    done: call.number(0, UInt64.self), total: call.number(1, UInt64.self))
                return nil
            }
        case "host.fail":
            ServiceFunction(services, [text, text]) { services, call in
                services.fail(call.text(0), hint: call.text(1))
                return nil
            }
        case "host.run":
            ServiceFunction(services, [text], result: number) { word($0.runLine($1.text(0))) }
        case "host.parameter":
            ServiceFunction(services, [text], result: text) { services, call in
                word(call.text(0).flatMap(services.parameter))
            }
        case "host.value":
            ServiceFunction(services, [text], result: text) { services, call in
                word(call.text(0).flatMap(services.value))
            }
        case "host.publish":
            ServiceFunction(services, [text, text], result: number) { services, call in
                guard let name = call.text(0), let value = call.text(1) else { return word(EINVAL) }
                return word(services.publish(name, value))
            }
        case "host.open-target-file":
            ServiceFunction(services, [text, number, cffi_u32()], result: number) {
                services, call in
                guard let path = call.text(0) else { return word(-EINVAL) }
                return word(
                    services.openTargetFile(
                        path, call.number(1, Int32.self), call.number(2, UInt32.self)))
            }
        case "host.open-user-file":
            ServiceFunction(services, [text], result: number) { services, call in
                word(call.text(0).map(services.openUserFile) ?? -EINVAL)
            }
        case "host.disk-layout":
            ServiceFunction(services, [], result: text) { services, _ in
                word(services.diskLayout())
            }
        case "host.set-disk-layout":
            ServiceFunction(services, [text], result: number) { services, call in
                word(call.text(0).map(services.setDiskLayout) ?? EINVAL)
            }
        case "host.add-to-ramdisk":
            ServiceFunction(services, [cffi_u32(), text, text], result: number) { services, call in
                guard let name = call.text(1) else { return word(EINVAL) }
                return word(
                    services.addToRamdisk(call.number(0, UInt32.self), name, call.text(2)))
            }
        default: nil
        }
    }

    /// An int as libffi wants it from a closure: widened to a register.
    private static func word(_ number: Int32) -> UInt64 { UInt64(bitPattern: Int64(number)) }

    private static func word(_ pointer: UnsafePointer<CChar>?) -> UInt64 {
        UInt64(UInt(bitPattern: pointer))
    }
}

extension HookServices {
    /// Runs a line of shell: its exit status, 128 and the signal that ended it, or a negative errno value.
    fileprivate func runLine(_ line: String?) -> Int32 {
        guard let line else { return -EINVAL }
        var result = dib_run_result()
        result.size = UInt32(MemoryLayout<dib_run_result>.size)
        let error = run(
            .init(program: "/bin/sh", arguments: ["-c", line], variables: [], flags: 0), &result)
        guard error == 0 else { return -error }
        return result.signal == 0 ? result.status : 128 + result.signal
    }
}
