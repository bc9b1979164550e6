// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import PkgMapManifest

/// Places `pkg-map`, which elements call in the chroot to learn what a package is called there.
///
/// The maps themselves are put beside it by dibhost, which knows the elements' folders.
struct PkgMap: Element, PreInstallPhase {
    /// Makes the element from its parameters, of which it has none.
    init(_ parameters: Parameters) throws {}

    /// Places the program.
    func preInstall(_ target: PreInstallContext) throws {
        try target.makeFolder("/usr/local/bin")
        let program = String(cString: pkg_map_program())
        try target.writeFile("/usr/local/bin/pkg-map", program, mode: 0o755)
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(PkgMap.self, host)
}
