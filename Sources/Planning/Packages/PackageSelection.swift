// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// The packages that the package-installs files of all elements ask for, in each phase, for one environment.
///
/// Entries are taken in the order of elements, files and lines. Of a package that one entry installs and another one
/// removes in the same phase, it stays: a plain entry takes removals back, even one whose conditions then do not
/// hold, and none is added for what an earlier entry installs.
package struct PackageSelection: Equatable, Sendable {
    package struct Item: Equatable, Sendable {
        /// The logical name.
        package var name: String
        package var element: String

        package init(name: String, element: String) {
            self.name = name
            self.element = element
        }
    }

    /// What is wanted in one phase.
    package struct OfPhase: Equatable, Sendable {
        package var installed: [Item] = []
        package var removed: [Item] = []
    }

    private var phases: [String: OfPhase] = [:]

    /// What is wanted in the phase with the folder `name`, such as "install.d".
    package subscript(_ name: String) -> OfPhase { phases[name] ?? OfPhase() }

    /// Chooses among `requests` by the variables that hooks get.
    ///
    /// - Throws: `BuildError` for a condition that is none, or of a variable that is not set.
    package init(_ requests: [PackageRequest], variables: [String: String]) throws {
        for request in requests {
            guard let action = note(request), try Self.isWanted(request, variables) else {
                continue
            }
            let item = Item(name: request.name, element: request.element)
            if action.installs { phases[request.phase, default: OfPhase()].installed.append(item) }
            if action.removes { phases[request.phase, default: OfPhase()].removed.append(item) }
        }
    }

    /// Keeps account of removals and says what the request is to do; nil for nothing.
    private mutating func note(_ request: PackageRequest) -> (installs: Bool, removes: Bool)? {
        let phase = self[request.phase]
        guard request.isRemoval || request.isBuildOnly else {
            phases[request.phase]?.removed.removeAll { $0.name == request.name }
            return (true, false)
        }
        let stays =
            phase.installed.contains { $0.name == request.name }
            && !phase.removed.contains { $0.name == request.name }
        if stays { return request.isBuildOnly ? (true, false) : nil }
        return (request.isBuildOnly, true)
    }

    private static func isWanted(
        _ request: PackageRequest, _ variables: [String: String]
    ) throws -> Bool {
        if let type = request.installType, type != installType(of: request.element, variables) {
            return false
        }
        guard try isForArchitecture(request, variables["ARCH"]) else { return false }
        let version = request.pythonVersion
        guard version.isEmpty || version == variables["DIB_PYTHON_VERSION"] ?? "" else {
            return false
        }
        // All are looked at, as a variable that is not set is an error wherever it stands.
        return try request.conditions.map { try holds($0, request, variables) }
            .allSatisfy(\.self)
    }

    private static func installType(of element: String, _ variables: [String: String]) -> String {
        let name = String(element.map { $0 == "-" ? "_" : $0 })
        return variables["DIB_INSTALLTYPE_\(name)"] ?? variables["DIB_DEFAULT_INSTALLTYPE"]
            ?? "source"
    }

    private static func isForArchitecture(
        _ request: PackageRequest, _ architecture: String?
    ) throws -> Bool {
        let wanted = request.architectures.flatMap { $0.isEmpty ? nil : $0 }
        let other = request.otherArchitectures.flatMap { $0.isEmpty ? nil : $0 }
        guard wanted == nil || other == nil else {
            throw failure(
                "package '\(request.name)' has both 'arch' and 'not-arch'", of: request,
                hint: "Leave one of the two out.")
        }
        guard let list = wanted ?? other else { return true }
        let names = list.split(separator: ",", omittingEmptySubsequences: false)
        return names.contains { $0 == architecture ?? "" } == (wanted != nil)
    }

    private static func holds(
        _ text: String, _ request: PackageRequest, _ variables: [String: String]
    ) throws -> Bool {
        guard let condition = PackageCondition(text) else {
            throw failure(
                "package '\(request.name)': 'when' has '\(text)', which is no condition",
                of: request, hint: PackageCondition.hint)
        }
        guard let holds = condition.holds(with: variables) else {
            throw failure(
                "package '\(request.name)': 'when' asks for the variable "
                    + "'\(condition.variable)', which is not set", of: request,
                hint:
                    "Set \(condition.variable) for the build, or export it in the element's environment.d."
            )
        }
        return holds
    }

    private static func failure(
        _ message: String, of request: PackageRequest, hint: String
    ) -> BuildError {
        BuildError(.buildFailed, "\(request.place): \(message)", hint: hint)
    }
}
