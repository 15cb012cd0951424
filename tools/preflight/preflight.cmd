@echo off
rem Can this computer run the workshop? For Windows: double-click. Looks only, changes nothing.
powershell -NoProfile -ExecutionPolicy Bypass -File "%~dp0preflight.ps1"
set status=%errorlevel%
echo.
pause
exit /b %status%
