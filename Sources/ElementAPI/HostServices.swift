// SPDX-License-Identifier: Apache-2.0

internal import CElement

/// The connection of a context to dibhost: the C table of the host's services.
///
/// Each service is nil when the host is older than the field, so that one plugin runs on many
/// hosts.
public struct HostServices {
    private let table: UnsafePointer<dib_host>

    init(_ table: UnsafePointer<dib_host>) { self.table = table }

    var state: UnsafeMutableRawPointer? { table.pointee.state }
    var log: ServiceLog? { service(\.log) }
    var progress: ServiceProgress? { service(\.progress) }
    var parameter: ServiceLookUp? { service(\.parameter) }
    var value: ServiceLookUp? { service(\.value) }
    var publish: ServicePublish? { service(\.publish) }
    var run: ServiceRun? { service(\.run) }
    var openUserFile: ServiceOpenUserFile? { service(\.open_user_file) }
    var openTargetFile: ServiceOpenTargetFile? { service(\.open_target_file) }
    var installPackages: ServiceInstallPackages? { service(\.install_packages) }
    var diskLayout: ServiceDiskLayout? { service(\.disk_layout) }
    var setDiskLayout: ServiceSetDiskLayout? { service(\.set_disk_layout) }
    var addToRamdisk: ServiceAddToRamdisk? { service(\.add_to_ramdisk) }

    /// The error for a service that this host does not have.
    func missing(_ name: String) -> ElementError {
        ElementError(
            "this version of dibhost does not offer the service '\(name)' to elements",
            hint: "Use a newer dibhost, or an older version of the element.")
    }

    private func service<Function>(_ field: KeyPath<dib_host, Function?>) -> Function? {
        guard let offset = MemoryLayout<dib_host>.offset(of: field),
            Int(table.pointee.size) >= offset + MemoryLayout<Function?>.size
        else { return nil }
        return table.pointee[keyPath: field]
    }
}

typealias ServiceState = UnsafeMutableRawPointer?
typealias ServiceText = UnsafePointer<CChar>?
typealias ServiceLog = @convention(c) (ServiceState, UInt32, ServiceText) -> Void
typealias ServiceProgress = @convention(c) (ServiceState, UInt64, UInt64) -> Void
typealias ServiceLookUp = @convention(c) (ServiceState, ServiceText) -> ServiceText
typealias ServicePublish = @convention(c) (ServiceState, ServiceText, ServiceText) -> Int32
typealias ServiceRun =
    @convention(c) (
        ServiceState, UnsafePointer<ServiceText>?, UnsafePointer<ServiceText>?, ServiceText, UInt32,
        UnsafeMutablePointer<dib_run_result>?
    ) -> Int32
typealias ServiceDiskLayout = @convention(c) (ServiceState) -> ServiceText
typealias ServiceSetDiskLayout = @convention(c) (ServiceState, ServiceText) -> Int32
typealias ServiceAddToRamdisk =
    @convention(c) (ServiceState, UInt32, ServiceText, ServiceText) -> Int32
typealias ServiceOpenUserFile = @convention(c) (ServiceState, ServiceText) -> Int32
typealias ServiceOpenTargetFile = @convention(c) (ServiceState, ServiceText, Int32, UInt32) -> Int32
typealias ServiceInstallPackages =
    @convention(c) (
        ServiceState, UnsafePointer<ServiceText>?, UnsafeMutablePointer<dib_run_result>?
    ) -> Int32
