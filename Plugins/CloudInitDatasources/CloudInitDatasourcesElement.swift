// SPDX-License-Identifier: Apache-2.0

public import ElementAPI

/// Tells cloud-init which sources of metadata there may be.
struct CloudInitDatasources: Element, InstallPhase {
    private let names: [String]

    init(_ parameters: Parameters) throws {
        names = parameters.list("datasources")
        for name in names where !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) {
            throw ElementError(
                "'\(name)' is no name of a source of metadata",
                hint: "Set cloud-init-datasources.datasources to names such as ConfigDrive,Ec2.")
        }
    }

    func install(_ target: InstallContext) throws {
        let folder = "/etc/cloud/cloud.cfg.d"
        try target.makeFolder(folder)
        try target.writeFile(
            "\(folder)/91-dib-cloud-init-datasources.cfg",
            "datasource_list: [\(names.joined(separator: ", "))]\n")
    }
}

/// The plugin's only symbol.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(CloudInitDatasources.self, host)
}
