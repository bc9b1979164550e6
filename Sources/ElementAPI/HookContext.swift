// SPDX-License-Identifier: Apache-2.0

internal import CElement
internal import Glibc

/// How much a line of the build's log matters.
public enum LogLevel: Sendable {
    /// Shown on request only.
    case debug
    /// Shown in the log.
    case info
    /// Shown in the log and in the report.
    case warning
    /// Shown like a failure; the hook itself fails only by throwing.
    case error

    var number: dib_log_level {
        switch self {
        case .debug: DIB_LOG_DEBUG
        case .info: DIB_LOG_INFO
        case .warning: DIB_LOG_WARNING
        case .error: DIB_LOG_ERROR
        }
    }
}

/// What every hook can do: read its parameters and values of the build, and log.
public protocol RequestContext {
    /// The connection to the host.
    var services: HostServices { get }
}

/// What a hook can do that has a target tree: report progress, publish values, and read and write files of the tree
/// (see `TreeFiles`), beside what every hook can do.
public protocol HookContext: RequestContext, TreeFiles {}

extension RequestContext {
    /// The element's parameters.
    public var parameters: Parameters { Parameters(services: services) }

    /// Adds a line to the build's log.
    public func log(_ text: String, level: LogLevel = .info) {
        guard let log = services.log else { return }
        log(services.state, level.number.rawValue, text)
    }

    /// A value of the build, or one that an earlier hook published; nil when there is none.
    public func value(of name: BuildValue) -> String? {
        guard let value = services.value, let text = value(services.state, name.rawValue) else {
            return nil
        }
        return String(cString: text)
    }

    /// A value of the build that the element cannot do without.
    public func requiredValue(of name: BuildValue) throws -> String {
        guard let text = value(of: name) else {
            throw ElementError("the build has no value '\(name.rawValue)'")
        }
        return text
    }
}

extension HookContext {
    /// Tells how far the hook is, in units of its own; `total` is 0 when unknown.
    public func progress(done: UInt64, total: UInt64) {
        guard let progress = services.progress else { return }
        progress(services.state, done, total)
    }

    /// Hands a value to later phases and to the report; it is kept only when the hook succeeds.
    ///
    /// A name without dots belongs to this element alone, a name with dots is seen by all elements.
    /// Letters, digits, '-', '_' and '.' are allowed.
    public func publish(_ name: String, _ value: String) throws {
        guard let publish = services.publish else { throw services.missing("publish") }
        let error = publish(services.state, name, value)
        guard error == 0 else {
            throw ElementError("cannot publish '\(name)': \(systemText(error))")
        }
    }
}
