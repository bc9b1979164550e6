// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// Works in install and finalise; its manifest says install and post-install.
struct Liar: Element, InstallPhase, FinalisePhase {
    init(_ parameters: Parameters) throws {}

    func install(_ target: InstallContext) throws { target.log("installed") }

    func finalise(_ target: FinaliseContext) throws { target.log("finalised") }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Liar.self, host)
}
