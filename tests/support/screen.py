#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Bellhop authors
"""A virtual X screen, and pictures of it. Needs Xvfb, xdotool and Python's standard library only.

screen.py PICTURE WIDTHxHEIGHT COMMAND…: runs COMMAND on a screen of that size, waits until what it shows no longer
changes, and saves that as a PNG."""

import ctypes
import mmap
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

PR_SET_PDEATHSIG = 1
# what GTK draws around a window where nothing can blend a shadow: on the screen, not in the pictures
FRAME = 5
# what the toolkit would take from the desktop's settings; still pictures, and no cursor that blinks in them
SETTINGS = '''[Settings]
gtk-font-name=Sans 11
gtk-icon-theme-name=Adwaita
gtk-enable-animations=false
gtk-cursor-blink=false
gtk-xft-antialias=1
gtk-xft-hinting=1
gtk-xft-hintstyle=hintslight
gtk-xft-rgba=none
'''
FONTS = '''<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  %s
</fontconfig>
'''
# Inter is what Adwaita Sans, the font of the desktop, is made from
FONT = '''<match target="pattern">
    <test name="family"><string>%s</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Inter Variable</string></edit>
  </match>'''


def need(*programs):
    """A harness without its programs proves nothing: it refuses to start."""
    for name in programs:
        if shutil.which(name) is None and not os.access(name, os.X_OK):
            raise SystemExit(f'{name} is missing: install what build-aux/packages*.debian list')


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def write_settings(folder, blink=False):
    """Writes the toolkit's settings, and returns the environment that makes it use them."""
    settings = SETTINGS.replace('blink=false', 'blink=true') if blink else SETTINGS
    folder = pathlib.Path(folder)
    (folder / 'gtk-4.0').mkdir(parents=True)
    (folder / 'gtk-4.0' / 'settings.ini').write_text(settings)
    (folder / 'fonts.conf').write_text(FONTS % '\n  '.join(FONT % name for name in ('sans-serif', 'Sans', 'Cantarell', 'Adwaita Sans')))
    return {'XDG_CONFIG_DIRS': str(folder), 'FONTCONFIG_FILE': str(folder / 'fonts.conf')}


def png(path, width, height, rgb):
    """Saves rows of RGB bytes."""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    stride = width * 3
    rows = b''.join(b'\0' + rgb[y * stride:(y + 1) * stride] for y in range(height))
    temporary = pathlib.Path(f'{path}.part')
    temporary.write_bytes(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)) +
                          chunk(b'IDAT', zlib.compress(rows, 6)) + chunk(b'IEND', b''))
    temporary.rename(path)


class Screen:
    """An X server without a display; its framebuffer is a file that we read."""

    def __init__(self, width=1100, height=720, blink=False):
        need('Xvfb', 'xdotool')
        self.width, self.height = width, height
        self.root = pathlib.Path(tempfile.mkdtemp(prefix='bh-screen-'))
        ready, told = os.pipe()
        try:
            self.process = subprocess.Popen(
                ['Xvfb', '-displayfd', str(told), '-screen', '0', f'{width + 2 * FRAME}x{height + 2 * FRAME}x24', '-fbdir', str(self.root),
                 '-nolisten', 'tcp', '-noreset', '-dpi', '96'],
                pass_fds=[told], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=open(self.root / 'log', 'wb'), preexec_fn=die_with_parent)
        finally:
            os.close(told)
        with os.fdopen(ready) as file:
            number = file.readline().strip()
        if not number:
            raise SystemExit(f'Xvfb did not start: {(self.root / "log").read_text(errors="replace")}')
        self.environment = {'DISPLAY': f':{number}', 'GDK_BACKEND': 'x11', 'GSK_RENDERER': 'cairo',
                            'LIBGL_ALWAYS_SOFTWARE': '1', 'GDK_DEBUG': 'no-portals',
                            **write_settings(self.root / 'settings', blink)}

    def arrange(self):
        """There is no window manager: gives the window the screen and the keyboard."""
        subprocess.run(['xdotool', 'search', '--sync', '--onlyvisible', '--name', '.', 'windowmove', '0', '0', 'windowsize', str(self.width + 2 * FRAME), str(self.height + 2 * FRAME), 'windowfocus'],
                       env={**os.environ, **self.environment}, check=True, stdout=subprocess.DEVNULL, timeout=20)

    def pixels(self):
        """(width, height, the bytes of the screen as blue, green, red and nothing)."""
        with open(self.root / 'Xvfb_screen0', 'rb') as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
            header = struct.unpack('>25I', data[:100])
            size, width, height, line, colours = header[0], header[4], header[5], header[12], header[19]
            if header[11] != 32 or line != width * 4:
                raise AssertionError('the virtual screen is not one of 32 bits a pixel')
            start = size + colours * 12
            return width, height, data[start:start + line * height]

    def settle(self, timeout=5, quiet=0.2):
        """Waits until the screen shows something and has not changed for a moment; gives up quietly, as a picture
        of something that moves is one too."""
        end, last, since = time.monotonic() + timeout, None, time.monotonic()
        while time.monotonic() < end:
            now = self.pixels()[2]
            if now != last or not any(now):
                last, since = now, time.monotonic()
            elif time.monotonic() - since >= quiet:
                return
            time.sleep(0.03)

    def picture(self, path, settle=True):
        """Saves what is on the screen."""
        if settle:
            self.settle()
        line, _, data = self.pixels()
        rows = [data[4 * (line * y + FRAME):4 * (line * y + FRAME + self.width)] for y in range(FRAME, FRAME + self.height)]
        data = b''.join(rows)
        rgb = bytearray(self.width * self.height * 3)
        rgb[0::3], rgb[1::3], rgb[2::3] = data[2::4], data[1::4], data[0::4]
        png(path, self.width, self.height, bytes(rgb))

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main(path, size, *command):
    width, height = map(int, size.split('x'))
    with Screen(width, height) as screen:
        environment = {**os.environ, **screen.environment, 'GTK_A11Y': 'none'}
        environment.pop('WAYLAND_DISPLAY', None)
        # no bus: this is an app of its own, whatever runs in the person's session
        environment['DBUS_SESSION_BUS_ADDRESS'] = 'disabled:'
        app = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            end = time.monotonic() + 20
            while not any(screen.pixels()[2]):
                if app.poll() is not None:
                    raise SystemExit(f'{command[0]} ended with {app.returncode} before it showed anything')
                if time.monotonic() > end:
                    raise SystemExit(f'{command[0]} showed nothing for 20 seconds')
                time.sleep(0.03)
            screen.arrange()
            # what is asked of the coordinator comes after the first frame
            screen.settle(timeout=10, quiet=1)
            screen.picture(path, settle=False)
        finally:
            app.terminate()
            try:
                app.wait(5)
            except subprocess.TimeoutExpired:
                app.kill()
                app.wait()


if __name__ == '__main__':
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
