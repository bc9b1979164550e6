// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import LinuxSystem
import OrderedCollections
import Planning
import SystemPackage

/// The packages that elements ask for beside the base transaction: chosen once, then installed phase by phase.
struct PackageWork {
    private let build: RunningBuild
    private var selection: PackageSelection?

    init(build: RunningBuild) {
        self.build = build
    }

    /// Reads the package-installs files of all elements and chooses by `variables`, those that hooks get.
    mutating func choose(with variables: [String: String]) throws {
        var requests: [PackageRequest] = []
        for element in build.plan.elements.map(\.description) {
            switch element.kind {
            case .legacy:
                for list in try ElementFiles.packageLists(of: element) {
                    try list.warnings.forEach { try build.warnOrFail($0) }
                    requests += list.requests
                }
            case .native:
                requests += build.plan.laterPackages(of: element).map { package in
                    var request = PackageRequest(
                        name: package.name, element: element.name,
                        place: "manifest of element '\(element.name)'")
                    request.phase = package.phase
                    return request
                }
            }
        }
        selection = try PackageSelection(requests, variables: variables)
    }

    /// Installs or removes what was chosen for the phase of `hook`.
    func change(
        at hook: HostHook, removes: Bool, with variables: [String: String]
    ) throws {
        let phase = selection?["\(hook.phase.rawValue).d"]
        let items = (removes ? phase?.removed : phase?.installed) ?? []
        guard !items.isEmpty else { return }
        guard let distribution = variables["DISTRO_NAME"], !distribution.isEmpty else {
            throw BuildError(
                .buildFailed, "names of packages cannot be mapped: DISTRO_NAME is not set",
                hint: "Let the operating system's element export it in its environment.d.")
        }
        var names: OrderedSet<String> = []
        for element in OrderedSet(items.map(\.element)) {
            let wanted = items.filter { $0.element == element }.map(\.name)
            let mapped = try self.names(
                for: wanted, of: element, distribution, variables["DIB_RELEASE"])
            build.note(
                "element '\(element)' \(removes ? "removes" : "installs") "
                    + "\(wanted.joined(separator: ", ")): "
                    + (mapped.isEmpty
                        ? "nothing in \(distribution)" : mapped.joined(separator: " "))
            )
            names.formUnion(mapped)
        }
        try run((removes ? ["-e"] : []) + names, named: !names.isEmpty, variables)
    }

    /// Installs packages by the distribution's names.
    func install(_ names: [String], with variables: [String: String]) throws {
        try run(names, named: true, variables)
    }

    private func names(
        for wanted: [String], of name: String, _ distribution: String, _ release: String?
    ) throws -> [String] {
        guard let element = build.plan.elements.map(\.description).first(where: { $0.name == name })
        else { return wanted }
        if element.kind == .native {
            let known = build.plan.laterPackages(of: element, distribution: distribution)
            return wanted.filter { name in known.contains { $0.name == name } }
        }
        guard let map = try ElementFiles.packageMap(of: element) else { return wanted }
        return map.names(for: wanted, distribution: distribution, release: release)
    }

    private func run(
        _ arguments: [String], named: Bool, _ variables: [String: String]
    ) throws {
        guard named else { return }
        let program = "/usr/local/bin/install-packages"
        guard try build.tree.entry(program) != nil else {
            throw BuildError(
                .buildFailed, "packages cannot be installed: the tree has no '\(program)'",
                hint: "Add an operating-system element that brings it, such as debian.")
        }
        var command = Command(program, arguments, environment: variables)
        command.root = build.folders.tree
        command.workingDirectory = "/"
        var tail = TailBuffer(limit: 20)
        let status = try command.run(limits: build.limits) { line in
            tail.append(line)
            build.output(line)
        }
        guard status.isSuccess else {
            throw BuildError(
                .buildFailed,
                "'install-packages \(arguments.joined(separator: " "))' failed: \(status)",
                detail: tail.lines.joined(separator: "\n"))
        }
    }
}
