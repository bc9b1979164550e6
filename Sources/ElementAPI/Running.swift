// SPDX-License-Identifier: Apache-2.0

internal import CElement
internal import Glibc

/// How a program ended.
public enum ProgramEnd: Equatable, Sendable, CustomStringConvertible {
    /// It exited with this status.
    case exited(Int32)
    /// This signal ended it.
    case signalled(Int32)

    init(_ result: dib_run_result) {
        self = result.signal == 0 ? .exited(result.status) : .signalled(result.signal)
    }

    /// Whether the exit status is 0.
    public var isSuccess: Bool { self == .exited(0) }

    /// "exit status 1" or "ended by signal 9".
    public var description: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .signalled(let number): "ended by signal \(number)"
        }
    }
}

/// A program, its arguments and what it gets, as a context's `run` and `output` take them.
struct ProgramRun {
    var program: String
    var arguments: [String]
    var environment: [String: String]
    var input: String?
    var flags: dib_run_flag = dib_run_flag(rawValue: 0)

    /// Runs the program to its end and returns that, with standard output when it is captured.
    func run(_ services: HostServices) throws -> (end: ProgramEnd, output: String) {
        guard let run = services.run else { throw services.missing("run") }
        var result = dib_run_result()
        result.size = UInt32(MemoryLayout<dib_run_result>.size)
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let error = withCStrings([program] + arguments) { arguments in
            withCStrings(variables) { variables in
                guard let input else {
                    return run(services.state, arguments, variables, nil, flags.rawValue, &result)
                }
                return run(services.state, arguments, variables, input, flags.rawValue, &result)
            }
        }
        guard error == 0 else {
            throw ElementError("cannot run '\(program)': \(systemText(error))")
        }
        let end = ProgramEnd(result)
        let bytes = UnsafeRawBufferPointer(
            start: result.output, count: result.output == nil ? 0 : Int(result.output_length))
        return (end, String(decoding: bytes, as: UTF8.self))
    }

    /// Runs the program; any end but exit status 0 is an error.
    func runToSuccess(_ services: HostServices) throws -> String {
        let (end, output) = try run(services)
        guard end.isSuccess else {
            let command = ([program] + arguments).joined(separator: " ")
            throw ElementError("'\(command)' failed: \(end)")
        }
        return output
    }
}

/// Lends C a copy of `texts` as an array that ends with NULL.
func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
    let copies = texts.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    let pointers = copies.map { UnsafePointer($0) } + [nil]
    return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
}
