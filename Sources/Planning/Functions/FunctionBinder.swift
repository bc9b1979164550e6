// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Binds the arguments of a function as a manifest asks for, and refuses what can never work.
package struct FunctionBinder {
    /// An entry of the manifest's list of arguments.
    package enum Entry: Equatable, Sendable {
        /// A name, or a text between single quotes.
        case string(String)
        /// A number, true or false.
        case literal(String)
    }

    /// What is wrong with the entry for an argument: the rest of a sentence that begins with its place.
    package struct Fault: Error, Equatable {
        /// Which entry, counted from 0; nil: the list as a whole.
        package var index: Int?
        package var problem: String
        package var hint: String?

        package init(index: Int? = nil, problem: String, hint: String? = nil) {
            self.index = index
            self.problem = problem
            self.hint = hint
        }
    }

    private let phase: Phase
    private let parameters: [ElementManifest.Parameter]
    private let hasHostPath: Bool

    /// `parameters` and `privileges` are those of the manifest.
    package init(
        phase: Phase, parameters: [ElementManifest.Parameter],
        privileges: [ElementManifest.Privilege]
    ) {
        self.phase = phase
        self.parameters = parameters
        hasHostPath = privileges.contains(.rawHostPath)
    }

    /// The function with a source for each argument.
    ///
    /// - Throws: `Fault` for the first entry that does not fit.
    package func bind(
        _ symbol: String, _ signature: FunctionSignature, _ entries: [Entry]
    ) throws(Fault) -> BoundFunction {
        guard entries.count == signature.arguments.count else {
            throw Fault(
                problem: "has \(Self.count(entries.count, "entry", "entries")), and the signature "
                    + Self.count(signature.arguments.count, "argument", "arguments"),
                hint: "Give one entry for each type of the signature, bytes included.")
        }
        var sources: [ArgumentSource] = []
        for (index, entry) in entries.enumerated() {
            do {
                sources.append(try source(of: entry, signature.arguments[index]))
            } catch {
                throw Fault(index: index, problem: error.problem, hint: error.hint)
            }
        }
        return BoundFunction(symbol: symbol, signature: signature, arguments: sources)
    }

    private static func count(_ number: Int, _ one: String, _ more: String) -> String {
        "\(number) \(number == 1 ? one : more)"
    }

    private func source(
        of entry: Entry, _ type: ArgumentType
    ) throws(Misfit) -> ArgumentSource {
        switch entry {
        case .literal(let text): try literal(text, type)
        case .string(let text) where text.hasPrefix("'"): try quoted(text, type)
        case .string(let name): try named(name, type)
        }
    }

    // MARK: Literals

    private func literal(_ text: String, _ type: ArgumentType) throws(Misfit) -> ArgumentSource {
        guard case .value(let value) = type else { throw Self.needsService(text, type) }
        guard value.range != nil || [.f32, .f64, .bool].contains(value) else {
            throw Misfit(
                "is \(text), which cannot become \(value.rawValue)",
                "A text stands between single quotes: \"'\(text)'\".")
        }
        if let fault = value.fault(of: text) {
            throw Misfit("is \(text), which \(fault.problem)", fault.hint)
        }
        return ArgumentSource(.literal, text)
    }

    private func quoted(_ text: String, _ type: ArgumentType) throws(Misfit) -> ArgumentSource {
        guard text.count >= 2, text.hasSuffix("'") else {
            throw Misfit("is \(text), where the second single quote is missing")
        }
        let inner = String(text.dropFirst().dropLast())
        guard case .value(let value) = type else { throw Self.needsService(text, type) }
        guard [.str, .path, .bytes].contains(value) else {
            throw Misfit(
                "is the text \(text), which cannot become \(value.rawValue)",
                "Numbers, true and false stand there without quotes.")
        }
        if let fault = value.fault(of: inner) {
            throw Misfit("is a text that \(fault.problem)", fault.hint)
        }
        return ArgumentSource(.text, inner)
    }

    // MARK: Names

    private func named(_ name: String, _ type: ArgumentType) throws(Misfit) -> ArgumentSource {
        if let service = HostService(rawValue: name) {
            return try self.service(service, type)
        }
        if let parameter = parameters.first(where: { $0.name == name }) {
            let kind = ValueKind(parameter.type)
            try check(name, kind, kind.types, type)
            return ArgumentSource(.parameter, name)
        }
        if let value = BuildValueName(rawValue: name) {
            try checkSide(value)
            try check(name, value.kind, value.types, type)
            return ArgumentSource(.buildValue, name)
        }
        if name.hasPrefix(ArgumentSource.publishedPrefix) { return try published(name, type) }
        throw unknown(name)
    }

    private func service(
        _ service: HostService, _ type: ArgumentType
    ) throws(Misfit) -> ArgumentSource {
        let name = service.rawValue
        guard case .function(let function) = type else {
            throw Misfit(
                "is '\(name)', a service of the host, and the signature has \(type) there",
                "Its type is \(service.type).")
        }
        guard function.isCallable(as: service.type) else {
            throw Misfit(
                "is '\(name)', and the signature has \(type) there", "Its type is \(service.type).")
        }
        guard service != .openUserFile || !phase.isInChroot else {
            throw Misfit(
                "is '\(name)', and hooks in the chroot cannot open files of the user",
                "Open them in an earlier phase outside the chroot.")
        }
        if let phases = service.onlyPhases, !phases.contains(phase) {
            let object = service == .addToRamdisk ? "ramdisk" : "layout"
            let verb = service == .diskLayout ? "shown" : "open to changes"
            let names = phases.map { $0.rawValue }.joined(separator: " and ")
            throw Misfit(
                "is '\(name)', and the phase is \(phase.rawValue)",
                "The \(object) is \(verb) in phase \(names) alone.")
        }
        return ArgumentSource(.service, name)
    }

    private func published(_ text: String, _ type: ArgumentType) throws(Misfit) -> ArgumentSource {
        let name = String(text.dropFirst(ArgumentSource.publishedPrefix.count))
        guard case .value(let value) = type else { throw Self.needsService(text, type) }
        guard value != .fd else {
            throw Misfit("is '\(text)', a text, which cannot become fd", "Bind 'target.fd'.")
        }
        guard !name.isEmpty, BuildValueName(rawValue: name) == nil else {
            throw Misfit(
                "is '\(text)', which no hook can publish",
                name.isEmpty ? nil : "The value of the build is called '\(name)'.")
        }
        return ArgumentSource(.published, name)
    }

    private func checkSide(_ value: BuildValueName) throws(Misfit) {
        if value == .targetRoot, !phase.isInChroot, !hasHostPath {
            throw Misfit(
                "is 'target.root', and in phase \(phase.rawValue) that is a path of the build host",
                "Bind 'target.fd' to an argument of type fd, or declare the privilege "
                    + "'\(ElementManifest.Privilege.rawHostPath.rawValue)'.")
        }
        if value.isOutsideOnly, phase.isInChroot {
            throw Misfit(
                "is '\(value.rawValue)', a folder that hooks in the chroot cannot see",
                "Use it in a phase outside the chroot.")
        }
    }

    private func check(
        _ name: String, _ kind: ValueKind, _ types: [CType], _ type: ArgumentType
    ) throws(Misfit) {
        guard case .value(let value) = type else { throw Self.needsService(name, type) }
        guard types.contains(value) else {
            throw Misfit(
                "is '\(name)', \(kind.phrase), which cannot become \(value.rawValue)",
                "It can become: \(types.map(\.rawValue).joined(separator: ", ")).")
        }
    }

    private static func needsService(_ text: String, _ type: ArgumentType) -> Misfit {
        let fitting = HostService.allCases.filter { service in
            guard case .function(let function) = type else { return false }
            return function.isCallable(as: service.type)
        }
        return Misfit(
            "is '\(text)', and the signature has the function type \(type) there",
            fitting.isEmpty
                ? "Services are: \(HostService.allCases.map(\.rawValue).joined(separator: ", "))."
                : "It fits: \(fitting.map(\.rawValue).joined(separator: ", ")).")
    }

    private func unknown(_ name: String) -> Misfit {
        let services = HostService.allCases.map(\.rawValue)
        let values = BuildValueName.allCases.map(\.rawValue)
        let own = parameters.map(\.name)
        let known = name.hasPrefix("host.") ? services : own + values
        let nearest = NearestName.of(name, in: own + values + services)
        return Misfit(
            "is '\(name)', which is no parameter, value of the build or service of the host",
            nearest.map { "Did you mean '\($0)'?" }
                ?? "Known are: \(known.joined(separator: ", ")).")
    }

    /// A `Fault` before its place is known.
    private struct Misfit: Error {
        var problem: String
        var hint: String?

        init(_ problem: String, _ hint: String? = nil) {
            self.problem = problem
            self.hint = hint
        }
    }
}
