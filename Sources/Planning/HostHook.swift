// SPDX-License-Identifier: Apache-2.0

/// Work at a hook's place that dibhost does itself for a native element, because it takes the files of all elements.
///
/// The places and names are those of the original's scripts, so that other hooks come before and after it as they
/// expect. A shell element of the same name does all of it itself, and then there is no such hook.
package struct HostHook: Equatable, Sendable {
    package enum Work: Sendable {
        /// Puts each element's pkg-map below /usr/share/pkg-map.
        case copyPackageMaps
        /// Writes /usr/share/svc-map/services from each element's svc-map.
        case mapServices
        /// Reads each element's package-installs file and chooses by what environment.d exports.
        case choosePackages
        case installPackages
        case removePackages
        /// Installs the packages of -p, after all hooks of the phase.
        case installNamedPackages
    }

    /// The native element that it is done for, or the option.
    package let element: String
    package let phase: Phase
    package let sortName: String
    package let work: Work

    private static let all = [
        HostHook("pkg-map", .extraData, "10-create-pkg-map-dir", .copyPackageMaps),
        HostHook("svc-map", .extraData, "10-merge-svc-map-files", .mapServices),
        HostHook("package-installs", .extraData, "99-squash-package-install", .choosePackages),
        HostHook("package-installs", .preInstall, "10-package-installs", .installPackages),
        HostHook("package-installs", .preInstall, "99-package-uninstalls", .removePackages),
        HostHook("package-installs", .install, "01-package-installs", .installPackages),
        HostHook("package-installs", .install, "99-package-uninstalls", .removePackages),
        HostHook("package-installs", .postInstall, "00-package-installs", .installPackages),
        HostHook("package-installs", .postInstall, "95-package-uninstalls", .removePackages),
    ]

    private static let named = HostHook("-p", .install, "1000-packages", .installNamedPackages)

    private init(_ element: String, _ phase: Phase, _ sortName: String, _ work: Work) {
        self.element = element
        self.phase = phase
        self.sortName = sortName
        self.work = work
    }

    /// Those of a build, in no particular order.
    package static func hooks(
        for elements: [ElementDescription], packages: [String]
    ) -> [HostHook] {
        let native = Set(elements.filter { $0.kind == .native }.map(\.name))
        let ofElements = all.filter { native.contains($0.element) }
        let isNamed = !packages.isEmpty && elements.hasShellSystem
        return ofElements + (isNamed ? [named] : [])
    }

    /// The work at the place of `hook`; nil when an element does it.
    package init?(_ hook: PlannedHook) {
        let found = (Self.all + [Self.named]).first { $0.planned == hook }
        guard hook.kind == .native, let found else { return nil }
        self = found
    }

    package var planned: PlannedHook {
        PlannedHook(phase: phase, sortName: sortName, element: element, kind: .native)
    }
}

extension [ElementDescription] {
    /// Whether scripts make the operating system: then there is no base transaction.
    package var hasShellSystem: Bool {
        first { $0.provides.contains("operating-system") }?.kind == .legacy
    }
}
