// SPDX-License-Identifier: Apache-2.0
internal import DeployManifest
public import ElementAPI

/// A ramdisk that finds the machine's disk and writes an image to it: one that it fetches and verifies, or one that a
/// server writes over iSCSI.
struct Deploy: Element, RamdiskPhase {
    private static let authorities = "/etc/ssl/certs/ca-certificates.crt"
    private static let publicKey = "/etc/dibhost/deploy.pub"
    private static let persistentState = "/etc/dibhost/persistent-state"

    private let parameters: Parameters

    /// Checks nothing: what the files hold is seen when they are read.
    init(_ parameters: Parameters) throws { self.parameters = parameters }

    /// Adds the parts of init and the programs that they need.
    func ramdisk(_ ramdisk: RamdiskContext) throws {
        try ramdisk.writeFile(
            "/lib/dibhost/fetch-functions", String(cString: deploy_fetch_functions()))
        try ramdisk.writeFile(
            "/lib/dibhost/write-functions", String(cString: deploy_write_functions()))
        try ramdisk.writeFile(
            "/lib/dibhost/iscsi-functions", String(cString: deploy_iscsi_functions()))
        try ramdisk.addInitFragment("60-disk", String(cString: deploy_disk()))
        try ramdisk.addInitFragment("80-deploy", String(cString: deploy_deploy()))
        for program in ["zstd", "tee"] { try ramdisk.addProgram(program) }
        if !parameters.flag("minimal") {
            for program in ["curl", "openssl", "sfdisk", "e2fsck", "resize2fs"] {
                try ramdisk.addProgram(program)
            }
        }
        if parameters.flag("qcow2") { try ramdisk.addProgram("qemu-img") }
        if parameters.flag("iscsi") {
            for program in ["tgtd", "tgtadm"] { try ramdisk.addProgram(program) }
        }
        try addTrust(ramdisk)
        if try ramdisk.exists(Self.persistentState) { try ramdisk.addFile(Self.persistentState) }
    }

    /// What the ramdisk believes: the authorities of TLS, and the key that signs images.
    private func addTrust(_ ramdisk: RamdiskContext) throws {
        if let path = parameters["ca"] {
            try ramdisk.writeFile(Self.authorities, try text(of: path, "ca", ramdisk))
        } else if parameters.flag("public-authorities"), !parameters.flag("minimal") {
            try ramdisk.addFile(Self.authorities)
        }
        if let path = parameters["public-key"] {
            try ramdisk.writeFile(Self.publicKey, try text(of: path, "public-key", ramdisk))
        }
    }

    private func text(
        of path: String, _ parameter: String, _ ramdisk: RamdiskContext
    ) throws -> String {
        guard let text = try ramdisk.readUserFile(path), text.contains("-----BEGIN ") else {
            throw ElementError(
                "parameter '\(parameter)': '\(path)' is no PEM file, or is not there",
                hint: "Name a file of certificates or a public key in PEM.")
        }
        return text
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(Deploy.self, host)
}
