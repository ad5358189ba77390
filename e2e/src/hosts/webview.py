#!/usr/bin/python3
"""An app around a webview: shows the files of a folder at app://localhost/, and keeps its data in another.

webview.py SITE DATA, started by WebKitWebDriver. Its process id is in DATA/pid, for whoever kills it.
"""

import mimetypes
import os
import sys

import gi

gi.require_version('Gtk', '3.0')
gi.require_version('WebKit2', '4.1')
from gi.repository import Gio, GLib, Gtk, WebKit2  # noqa: E402

SCHEME = 'app'
site, data = (os.path.realpath(path) for path in sys.argv[1:3])
mimetypes.add_type('text/javascript', '.mjs')
mimetypes.add_type('application/wasm', '.wasm')


def answer(request):
    path = request.get_path()
    file = os.path.realpath(site + ('/index.html' if path == '/' else path))
    if not file.startswith(site + os.sep) or not os.path.isfile(file):
        request.finish_error(GLib.Error.new_literal(GLib.quark_from_string(SCHEME), 'Not found', 404))
        return
    kind = mimetypes.guess_type(file)[0] or 'application/octet-stream'
    request.finish(Gio.File.new_for_path(file).read(None), os.path.getsize(file), kind)


def show(session, context):
    view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True)
    window = Gtk.Window()
    window.add(view)
    window.show_all()
    return view


def drive(context, session):
    info = WebKit2.ApplicationInfo.new()
    info.set_name('webview')
    session.set_application_info(info)
    session.connect('create-web-view', show, context)


with open(os.path.join(data, 'pid'), 'w') as file:
    file.write(str(os.getpid()))
manager = WebKit2.WebsiteDataManager(base_data_directory=data, base_cache_directory=data)
context = WebKit2.WebContext.new_with_website_data_manager(manager)
context.register_uri_scheme(SCHEME, answer)
# As an app's own scheme is elsewhere: its pages may use what https pages may.
context.get_security_manager().register_uri_scheme_as_secure(SCHEME)
context.get_security_manager().register_uri_scheme_as_cors_enabled(SCHEME)
context.set_automation_allowed(True)
context.connect('automation-started', drive)
Gtk.main()
