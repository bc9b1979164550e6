// SPDX-License-Identifier: Apache-2.0

import CElement
import Glibc

/// The C table of the host's services.
///
/// Each function finds its `HookServices` behind `state`.
struct HostTable {
    /// Lives until the end of the process, as the contract says.
    let table: UnsafePointer<dib_host>

    init(_ services: HookServices) {
        var host = dib_host()
        host.size = UInt32(MemoryLayout<dib_host>.size)
        host.abi = UInt32(DIB_ABI)
        host.state = Unmanaged.passRetained(services).toOpaque()
        host.log = { state, level, text in
            guard let text else { return }
            servicesBehind(state).log(level: level, String(cString: text))
        }
        host.progress = { servicesBehind($0).progress(done: $1, total: $2) }
        host.parameter = { state, name in
            name.flatMap { servicesBehind(state).parameter(String(cString: $0)) }
        }
        host.value = { state, name in
            name.flatMap { servicesBehind(state).value(String(cString: $0)) }
        }
        host.publish = { state, name, value in
            guard let name, let value else { return EINVAL }
            return servicesBehind(state).publish(String(cString: name), String(cString: value))
        }
        host.run = { state, arguments, environment, input, flags, result in
            let arguments = strings(arguments)
            guard let program = arguments.first else { return EINVAL }
            return servicesBehind(state).run(
                .init(
                    program: program, arguments: Array(arguments.dropFirst()),
                    variables: strings(environment), input: input.map { String(cString: $0) },
                    flags: flags), result)
        }
        host.open_user_file = { state, path in
            guard let path else { return -EINVAL }
            return servicesBehind(state).openUserFile(String(cString: path))
        }
        host.open_target_file = { state, path, flags, mode in
            guard let path else { return -EINVAL }
            return servicesBehind(state).openTargetFile(String(cString: path), flags, mode)
        }
        host.install_packages = { state, names, result in
            servicesBehind(state).installPackages(strings(names), result)
        }
        host.disk_layout = { servicesBehind($0).diskLayout() }
        host.set_disk_layout = { state, text in
            guard let text else { return EINVAL }
            return servicesBehind(state).setDiskLayout(String(cString: text))
        }
        host.add_to_ramdisk = { state, item, name, text in
            guard let name else { return EINVAL }
            return servicesBehind(state).addToRamdisk(
                item, String(cString: name), text.map { String(cString: $0) })
        }
        let copy = UnsafeMutablePointer<dib_host>.allocate(capacity: 1)
        copy.initialize(to: host)
        table = UnsafePointer(copy)
    }
}

private func servicesBehind(_ state: UnsafeMutableRawPointer?) -> HookServices {
    guard let state else { fatalError("the plugin called a service without the host's state") }
    return Unmanaged<HookServices>.fromOpaque(state).takeUnretainedValue()
}

/// The texts of an array that ends with NULL.
private func strings(_ array: UnsafePointer<UnsafePointer<CChar>?>?) -> [String] {
    guard var next = array else { return [] }
    var texts: [String] = []
    while let text = next.pointee {
        texts.append(String(cString: text))
        next += 1
    }
    return texts
}
