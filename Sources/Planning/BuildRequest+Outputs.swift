// SPDX-License-Identifier: Apache-2.0

extension BuildRequest {
    /// The request with the outputs' name as hooks and outputs get it.
    ///
    /// Of a single format the ending is taken off the name, once, so that `-o a.qcow2` makes a.qcow2. The original takes
    /// the format's own name for the ending, which differs for some.
    func withBareImageName() -> BuildRequest {
        var named = self
        guard let only = formats.first, Set(formats).count == 1 else { return named }
        for ending in [only.fileExtension, only.rawValue] where imageName.hasSuffix("." + ending) {
            named.imageName.removeLast(ending.count + 1)
            break
        }
        return named
    }

    /// The request that says whether dibhost makes kernel and initramfs: when a native element has something for them.
    ///
    /// The shell elements of the original that make a ramdisk do it all by themselves.
    func withRamdisk(_ elements: [ElementDescription]) -> BuildRequest {
        var request = self
        request.makesRamdisk =
            ramdisk != nil
            && elements.contains {
                $0.hooks.contains { $0.phase == .ramdisk && $0.kind == .native }
            }
        return request
    }

    /// The request without disk images when it makes a ramdisk alone, or when one of `elements` asks for none.
    ///
    /// As under the original, an element asks for none by having `no-final-image` in its name, and archives of the tree
    /// are written all the same.
    func withoutUnwantedImages(_ elements: [ElementDescription]) -> BuildRequest {
        let isUnwanted =
            ramdisk?.isAlone == true || elements.contains { $0.name.contains("no-final-image") }
        guard isUnwanted else { return self }
        var reduced = self
        reduced.formats.removeAll(where: \.isDiskImage)
        return reduced
    }
}
