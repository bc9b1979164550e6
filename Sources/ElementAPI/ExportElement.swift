// SPDX-License-Identifier: Apache-2.0

@_exported public import CElement
internal import Glibc

/// Builds the C table of an element for dibhost. A plugin is this one line beside its element:
///
///     @c(dib_element_v1) public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
///         exportElement(Debian.self, host)
///     }
///
/// - Parameters:
///   - type: The element; the phase protocols to which it conforms become its hooks.
///   - host: What the function was called with.
/// - Returns: The table, which lives as long as the process; nil for a host of another contract.
public func exportElement(
    _ type: any Element.Type, _ host: UnsafePointer<dib_host>?
) -> UnsafePointer<dib_element>? {
    guard let host, host.pointee.abi == UInt32(DIB_ABI) else { return nil }
    exportedType = type
    let hooks = HookList(of: type).hooks
    let hookTable = UnsafeMutablePointer<dib_hook>.allocate(capacity: max(hooks.count, 1))
    hookTable.initialize(from: hooks, count: hooks.count)
    var table = dib_element()
    table.size = UInt32(MemoryLayout<dib_element>.size)
    table.abi = UInt32(DIB_ABI)
    table.create = createElement
    table.hook_count = UInt32(hooks.count)
    table.hook_stride = UInt32(MemoryLayout<dib_hook>.stride)
    table.hooks = UnsafePointer(hookTable)
    table.destroy = { element in
        guard let element else { return }
        Unmanaged<ElementBox>.fromOpaque(element).release()
    }
    let result = UnsafeMutablePointer<dib_element>.allocate(capacity: 1)
    result.initialize(to: table)
    return UnsafePointer(result)
}

// The host calls the plugin on one thread, and a plugin is one element: these two need no lock.
nonisolated(unsafe) private var exportedType: (any Element.Type)?

/// What the host's `void *element` points to.
private final class ElementBox {
    let element: any Element
    let services: HostServices

    init(_ element: any Element, _ services: HostServices) {
        self.element = element
        self.services = services
    }
}

private typealias HookFunction =
    @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<dib_error>?) -> Int32

/// The hooks of an element: one for each phase protocol to which its type conforms.
private struct HookList {
    private(set) var hooks: [dib_hook] = []

    init(of type: any Element.Type) {
        addHostHooks(of: type)
        addChrootHooks(of: type)
    }

    private mutating func add(_ phase: dib_phase, _ run: HookFunction) {
        hooks.append(
            dib_hook(size: UInt32(MemoryLayout<dib_hook>.size), phase: phase.rawValue, run: run))
    }

    private mutating func addHostHooks(of type: any Element.Type) {
        if type is any CheckPhase.Type {
            add(DIB_PHASE_CHECK) {
                run($0, $1, as: (any CheckPhase).self) { try $0.check(.init(services: $1)) }
            }
        }
        if type is any RootPhase.Type {
            add(DIB_PHASE_ROOT) {
                run($0, $1, as: (any RootPhase).self) { try $0.root(.init(services: $1)) }
            }
        }
        if type is any ExtraDataPhase.Type {
            add(DIB_PHASE_EXTRA_DATA) {
                run($0, $1, as: (any ExtraDataPhase).self) { try $0.extraData(.init(services: $1)) }
            }
        }
        if type is any PostRootPhase.Type {
            add(DIB_PHASE_POST_ROOT) {
                run($0, $1, as: (any PostRootPhase).self) { try $0.postRoot(.init(services: $1)) }
            }
        }
        if type is any RamdiskPhase.Type {
            add(DIB_PHASE_RAMDISK) {
                run($0, $1, as: (any RamdiskPhase).self) { try $0.ramdisk(.init(services: $1)) }
            }
        }
        if type is any BlockDevicePhase.Type {
            add(DIB_PHASE_BLOCK_DEVICE) {
                run($0, $1, as: (any BlockDevicePhase).self) {
                    try $0.blockDevice(.init(services: $1))
                }
            }
        }
        if type is any PreFinalisePhase.Type {
            add(DIB_PHASE_PRE_FINALISE) {
                run($0, $1, as: (any PreFinalisePhase).self) {
                    try $0.preFinalise(.init(services: $1))
                }
            }
        }
        if type is any CleanupPhase.Type {
            add(DIB_PHASE_CLEANUP) {
                run($0, $1, as: (any CleanupPhase).self) { try $0.cleanup(.init(services: $1)) }
            }
        }
    }

    private mutating func addChrootHooks(of type: any Element.Type) {
        if type is any PreInstallPhase.Type {
            add(DIB_PHASE_PRE_INSTALL) {
                run($0, $1, as: (any PreInstallPhase).self) {
                    try $0.preInstall(.init(services: $1))
                }
            }
        }
        if type is any InstallPhase.Type {
            add(DIB_PHASE_INSTALL) {
                run($0, $1, as: (any InstallPhase).self) { try $0.install(.init(services: $1)) }
            }
        }
        if type is any PostInstallPhase.Type {
            add(DIB_PHASE_POST_INSTALL) {
                run($0, $1, as: (any PostInstallPhase).self) {
                    try $0.postInstall(.init(services: $1))
                }
            }
        }
        if type is any FinalisePhase.Type {
            add(DIB_PHASE_FINALISE) {
                run($0, $1, as: (any FinalisePhase).self) { try $0.finalise(.init(services: $1)) }
            }
        }
    }
}

private func createElement(
    _ host: UnsafePointer<dib_host>?,
    _ element: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<dib_error>?
) -> Int32 {
    guard let host, let element, let type = exportedType else { return EINVAL }
    let services = HostServices(host)
    do {
        let box = ElementBox(try type.init(Parameters(services: services)), services)
        element.pointee = Unmanaged.passRetained(box).toOpaque()
        return 0
    } catch let failure {
        return report(failure, error)
    }
}

private func run<Phase>(
    _ element: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<dib_error>?,
    as phase: Phase.Type, _ body: (Phase, HostServices) throws -> Void
) -> Int32 {
    guard let element else { return EINVAL }
    let box = Unmanaged<ElementBox>.fromOpaque(element).takeUnretainedValue()
    guard let hook = box.element as? Phase else { return EINVAL }
    do {
        try body(hook, box.services)
        return 0
    } catch let failure {
        return report(failure, error)
    }
}

/// Fills the host's error as far as its size reaches.
///
/// The texts live until the end of the process.
private func report(_ failure: any Error, _ error: UnsafeMutablePointer<dib_error>?) -> Int32 {
    let described = failure as? ElementError ?? ElementError("\(failure)")
    guard let error else { return 1 }
    let size = Int(error.pointee.size)
    func covers<Field>(_ field: KeyPath<dib_error, Field>) -> Bool {
        MemoryLayout<dib_error>.offset(of: field).map { $0 + MemoryLayout<Field>.size <= size }
            ?? false
    }
    if covers(\.code) { error.pointee.code = described.code }
    if covers(\.message) { error.pointee.message = UnsafePointer(strdup(described.message)) }
    if covers(\.hint), let hint = described.hint {
        error.pointee.hint = UnsafePointer(strdup(hint))
    }
    return 1
}
