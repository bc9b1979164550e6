// SPDX-License-Identifier: Apache-2.0

/// The way by which a machine gets its metadata.
package enum MetadataKind: String, Codable, CaseIterable, Sendable {
    /// EC2's service at 169.254.169.254, which gives nothing without a token.
    case ec2
    /// OpenStack's service at the same address.
    case openstack
    /// A drive in OpenStack's form, label config-2.
    case configdrive
    /// A drive in the form of NoCloud, label cidata.
    case nocloud

    /// Whether a drive has the metadata, and no service.
    var isDrive: Bool { self == .configdrive || self == .nocloud }

    /// The drive's label.
    var label: String { self == .nocloud ? "cidata" : "config-2" }
}
