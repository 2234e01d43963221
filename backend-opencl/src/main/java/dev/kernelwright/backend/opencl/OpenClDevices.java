package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClDevice;
import dev.kernelwright.backend.opencl.ffi.ClPlatform;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The devices of every platform. What is wrong with one driver or device leaves the others as they are.
 *
 * @param platforms how many platforms there are
 * @param usable those that this backend can use, graphics processors first
 * @param unusable the others, each with the reason
 */
record OpenClDevices(int platforms, List<OpenClDevice> usable, List<String> unusable) {
    /**
     * Looks for devices.
     *
     * @throws RuntimeException if the platforms cannot be asked for
     */
    static OpenClDevices find() {
        List<OpenClDevice> usable = new ArrayList<>();
        List<String> unusable = new ArrayList<>();
        long[] platforms = ClPlatform.all();
        for (long platform : platforms) {
            try {
                for (long id : ClDevice.all(platform, ClDevice.CL_DEVICE_TYPE_ALL)) {
                    add(platform, id, usable, unusable);
                }
            } catch (RuntimeException e) {
                unusable.add("a platform does not tell its devices: " + e.getMessage());
            }
        }
        usable.sort(Comparator.comparing(device -> !device.isGpu()));
        return new OpenClDevices(platforms.length, usable, unusable);
    }

    private static void add(long platform, long id, List<OpenClDevice> usable, List<String> unusable) {
        String name = "a device";
        try {
            name = OpenClDevice.name(id);
            usable.add(OpenClDevice.of(platform, id));
        } catch (RuntimeException e) {
            unusable.add(name + ": " + e.getMessage());
        }
    }
}
