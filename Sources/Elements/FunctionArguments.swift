// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import Planning
internal import Wire

/// Finds the value of each argument of a plain C function, as its worker gets them.
///
/// What a plan knows was checked there; what earlier hooks published, and what the builder added, is known only now.
struct FunctionArguments {
    private let invocation: HookInvocation
    private let values: [String: String]

    /// `values` are those that the hook may see.
    init(_ invocation: HookInvocation, _ values: [String: String]) {
        self.invocation = invocation
        self.values = values
    }

    /// The call of `function`.
    ///
    /// - Throws: `BuildError` for a value that is missing, or does not fit its type.
    func call(_ function: BoundFunction) throws -> FunctionCall {
        let pairs = zip(function.signature.arguments, function.arguments).enumerated()
        return FunctionCall(
            symbol: function.symbol, result: function.signature.result.integer,
            arguments: try pairs.map { index, pair in
                let place = "argument \(index + 1) of the function '\(function.symbol)'"
                return try argument(pair.0, pair.1, place)
            })
    }

    private func argument(
        _ type: ArgumentType, _ source: ArgumentSource, _ place: String
    ) throws -> FunctionCall.Argument {
        guard case .value(let type) = type else { return .service(source.text) }
        if type == .fd { return .tree }
        let text = text(of: source)
        if source.kind == .published, text == nil {
            throw error(
                "\(place) is the value '\(source.text)', which no earlier hook has published",
                hint:
                    "Add the element that publishes it, in an earlier phase or with a lower order.")
        }
        guard let text else {
            guard let nothing = type.nothing else {
                throw error("\(place) is '\(source.text)', which has no value in this build")
            }
            return nothing
        }
        if let fault = type.fault(of: text) {
            throw error(
                "\(place) is '\(source.text)', whose value '\(shown(text, source))' \(fault.problem)",
                hint: fault.hint)
        }
        return type.argument(text)
    }

    /// A parameter may be secret; everything else was shown before.
    private func shown(_ text: String, _ source: ArgumentSource) -> String {
        source.kind == .parameter ? BuildPlan.hiddenValue : text
    }

    private func text(of source: ArgumentSource) -> String? {
        switch source.kind {
        case .parameter: invocation.parameters[source.text]
        case .buildValue, .published: values[source.text]
        case .literal, .text, .service: source.text
        }
    }

    private func error(_ message: String, hint: String? = nil) -> BuildError {
        BuildError(
            .buildFailed, message, hint: hint,
            location: .init(
                element: invocation.element, phase: invocation.phase.rawValue,
                hook: invocation.hook))
    }
}

extension CType {
    /// The type of integers with this name; nil for every other type.
    fileprivate var integer: FunctionCall.Integer? {
        switch self {
        case .i8: .int8
        case .i16: .int16
        case .i32: .int32
        case .i64: .int64
        case .u8: .uint8
        case .u16: .uint16
        case .u32: .uint32
        case .u64: .uint64
        default: nil
        }
    }

    /// What an argument without value gets; nil for types that have no such thing.
    fileprivate var nothing: FunctionCall.Argument? {
        switch self {
        case .str, .path: .text(nil)
        case .bytes: .bytes(nil)
        default: nil
        }
    }

    /// The argument with the value `text`, which `fault(of:)` has found to fit.
    fileprivate func argument(_ text: String) -> FunctionCall.Argument {
        switch self {
        case .f32: return .float(Float(text) ?? 0)
        case .f64: return .double(Double(text) ?? 0)
        case .bool: return .boolean(text == "true")
        case .bytes: return .bytes(text)
        case .fd, .void: return .tree
        case .str, .path: return .text(text)
        default:
            guard let integer else { return .text(text) }
            return .integer(integer, UInt64(truncatingIfNeeded: Int128(text) ?? 0))
        }
    }
}
