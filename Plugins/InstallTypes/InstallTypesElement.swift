// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import InstallTypesManifest

/// Enables the install hooks of the type that is chosen for each element.
struct InstallTypes: Element, ExtraDataPhase {
    /// Makes the element from its parameters, of which it has none.
    init(_ parameters: Parameters) throws {}

    /// Links the hooks of the chosen types into install.d, whose list is made later.
    func extraData(_ target: ExtraDataContext) throws {
        try target.run(
            "/bin/bash", ["-c", String(cString: install_types_program())], asUser: true)
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(InstallTypes.self, host)
}
