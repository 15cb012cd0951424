@echo off
rem Is this stick whole? For Windows: double-click. Needs nothing but what Windows has.
setlocal DisableDelayedExpansion
cd /d "%~dp0"
where powershell >nul 2>nul
if errorlevel 1 goto certutil
powershell -NoProfile -ExecutionPolicy Bypass -File "%~dp0verify.ps1"
set status=%errorlevel%
goto end

:certutil
if not exist SHA256SUMS (
  echo This stick has no list of its files ^(SHA256SUMS^). It was not written to its end: ask for another.
  set status=1
  goto end
)
set status=0
rem The names go by variables: what is behind a call is expanded twice, and names may have a percent sign.
for /f "usebackq tokens=1,*" %%h in ("SHA256SUMS") do set "wanted=%%h" & set "name=%%i" & call :check
if %status%==0 (echo All files are right.) else (echo Some files are not right. Ask the organiser for another stick.)
goto end

:check
set "path_=%name:/=\%"
if not exist "%path_%" (
  echo MISSING  %name%
  set status=1
  goto :eof
)
set found=
for /f "skip=1 delims=" %%l in ('certutil -hashfile "%path_%" SHA256') do if not defined found set "found=%%l"
set "found=%found: =%"
if /i not "%found%"=="%wanted%" (
  echo DAMAGED  %name%
  set status=1
)
goto :eof

:end
echo.
pause
exit /b %status%
