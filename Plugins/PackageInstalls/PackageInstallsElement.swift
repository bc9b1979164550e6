// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import PackageInstallsManifest

/// Stands for the lists of packages that elements bring.
///
/// dibhost itself reads and chooses them, and installs at the places that the original's element has. This plugin sees to
/// it that there is a program that installs.
struct PackageInstalls: Element, PreInstallPhase {
    private static let program = "/usr/local/bin/install-packages"

    /// Makes the element from its parameters, of which it has none.
    init(_ parameters: Parameters) throws {}

    /// Places `install-packages` unless the operating system's element has brought its own.
    func preInstall(_ target: PreInstallContext) throws {
        guard try !target.exists(Self.program) else { return }
        try target.makeFolder("/usr/local/bin")
        let text = String(cString: install_packages_program())
        try target.writeFile(Self.program, text, mode: 0o755)
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(PackageInstalls.self, host)
}
