// SPDX-License-Identifier: Apache-2.0
internal import DeployKexecManifest
public import ElementAPI

/// Lets the deploy ramdisk start another kernel when it has done its work, instead of the machine's firmware.
struct DeployKexec: Element, RamdiskPhase {
    /// Takes no parameters.
    init(_ parameters: Parameters) throws {}

    /// Adds the part of init and the program that starts the kernel.
    func ramdisk(_ ramdisk: RamdiskContext) throws {
        try ramdisk.addInitFragment("81-kexec", String(cString: deploy_kexec()))
        try ramdisk.addProgram("kexec")
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(DeployKexec.self, host)
}
